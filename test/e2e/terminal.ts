import pty, { type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import stringWidth from 'string-width';

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
}

const DEFAULT_WAIT_MS = 10_000;

/** A program in a real pseudo terminal, with an emulator that knows what a person would see. */
export class TestTerminal {
  readonly emulator: xterm.Terminal;
  readonly #process: IPty;
  readonly exited: Promise<{ exitCode: number; signal: number }>;
  /** Everything that the program has sent. */
  output = '';
  /** Moments (milliseconds) at which something arrived. */
  lastOutputAt = 0;
  #hasExited = false;
  readonly #waiters = new Set<() => void>();

  constructor(file: string, args: readonly string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24 } = options;
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
    setCurrentWidths(this.emulator);
    const env = { ...process.env, TERM: 'xterm-256color', ...options.env };
    this.#process = pty.spawn(file, [...args], { cols: columns, rows, env, cwd: options.cwd ?? process.cwd() });
    this.#process.onData((data) => {
      this.output += data;
      this.lastOutputAt = performance.now();
      this.emulator.write(data, () => this.#wake());
    });
    this.exited = new Promise((resolve) => {
      this.#process.onExit(({ exitCode, signal }) => {
        // What it said last is drawn first.
        this.emulator.write('', () => {
          this.#hasExited = true;
          resolve({ exitCode, signal: signal ?? 0 });
          this.#wake();
        });
      });
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  send(text: string): void {
    this.#process.write(text);
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    this.#process.resize(columns, rows);
  }

  kill(signal: string): void {
    this.#process.kill(signal);
  }

  /** The visible lines without trailing spaces. */
  lines(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: this.emulator.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
  }

  screen(): string {
    return this.lines().join('\n');
  }

  /** Column in which a text begins on a line; -1: it is not there. Wide characters count two columns. */
  columnOf(row: number, text: string): number {
    const line = this.lines()[row] ?? '';
    const index = line.indexOf(text);
    return index < 0 ? -1 : stringWidth(line.slice(0, index));
  }

  /** What stands in each cell of a row; the second cell of a wide character is empty. */
  cells(row: number): string[] {
    const { active } = this.emulator.buffer;
    const line = active.getLine(active.baseY + row);
    return Array.from({ length: this.emulator.cols }, (_, column) => line?.getCell(column)?.getChars() ?? '');
  }

  get isAlternateScreen(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  /** Waits until the screen shows what is looked for. @throws Error with the screen if it does not in time */
  async waitFor(wanted: string | RegExp | ((terminal: this) => boolean), timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const holds = (): boolean => {
      if (typeof wanted === 'function') return wanted(this);
      const screen = this.screen();
      return typeof wanted === 'string' ? screen.includes(wanted) : wanted.test(screen);
    };
    const deadline = performance.now() + timeoutMs;
    while (!holds()) {
      const rest = deadline - performance.now();
      if (rest <= 0 || (this.#hasExited && !holds())) {
        throw new Error(`waited for ${String(wanted)}, the screen shows:\n${this.screen()}`);
      }
      await this.#changed(Math.min(rest, 50));
    }
  }

  /** Waits until nothing has arrived for a while. */
  async settle(quietMs = 150, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    let quietSince = performance.now();
    let length = this.output.length;
    while (performance.now() - quietSince < quietMs) {
      if (performance.now() > deadline) throw new Error(`the screen never comes to rest:\n${this.screen()}`);
      await this.#changed(25);
      if (this.output.length !== length) {
        length = this.output.length;
        quietSince = performance.now();
      }
    }
  }

  #changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiters.add(done);
    });
  }

  /** Closes the terminal, as a window is closed or a connection breaks off; the program may still run. */
  close(): void {
    (this.#process as unknown as { destroy(): void }).destroy();
  }

  /** Ends the program if it still runs. */
  async dispose(): Promise<void> {
    if (!this.#hasExited) this.#process.kill('SIGKILL');
    await this.exited;
    this.emulator.dispose();
  }
}

/** The emulator's own table is that of 2010; terminals of today draw emoji in two columns. */
function setCurrentWidths(emulator: xterm.Terminal): void {
  const widthOf = (codePoint: number): 0 | 1 | 2 => {
    const width = stringWidth(String.fromCodePoint(codePoint));
    return width > 1 ? 2 : width === 1 ? 1 : 0;
  };
  emulator.unicode.register({
    version: 'current',
    wcwidth: widthOf,
    // Bits as xterm.js packs them: width in bits 1 and 2, whether the character joins the one before in bit 0.
    charProperties: (codePoint, preceding) => {
      const width = widthOf(codePoint);
      const joins = width === 0 && preceding !== 0;
      const kept = joins ? (preceding >> 1) & 3 : width;
      return (kept << 1) | (joins ? 1 : 0);
    },
  });
  emulator.unicode.activeVersion = 'current';
}
