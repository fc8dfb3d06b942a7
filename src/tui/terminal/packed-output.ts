import { EventEmitter } from 'node:events';
import { packStyles, type StyleState } from './pack-styles.ts';

/** The part of a terminal's output stream that is used; `process.stdout` is one. */
export interface TerminalOutput extends EventEmitter {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  writable?: boolean;
  destroyed?: boolean;
  writableEnded?: boolean;
  write(text: string, done?: () => void): unknown;
}

/** Around a frame, so that a terminal shows it at once. */
export const FRAME_BEGINS = '\u001b[?2026h';
export const FRAME_ENDS = '\u001b[?2026l';
const ENTER_ALTERNATE = '\u001b[?1049h';
const LEAVE_ALTERNATE = '\u001b[?1049l';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const PASTE_AS_TYPED = '\u001b[?2004l';
const CLEAR = '\u001b[H\u001b[J';
const RESET = '\u001b[0m';
const NEXT_LINE = '\u001b[E';
const LINES_DOWN = /(?:\n|\u001b\[E)(?:\u001b\[E)+/g;
const UP_AND_DOWN = /\u001b\[(\d+)A\u001b\[(\d+)?E/g;
const TO_START_AGAIN = /(\n|\u001b\[\d*[EF])\u001b\[1G/g;

/**
 * The output stream for Ink. It writes a frame at once instead of in three parts, goes over lines that did not change in
 * one step, and leaves out changes of style without effect: together more than half of the bytes of a small change.
 */
export class PackedOutput extends EventEmitter {
  readonly #output: TerminalOutput;
  #held: string | null = null;
  #muted = false;
  /** The alternate screen is ours: entering it twice would clear it. */
  #entered = false;
  /** The next frame begins on an empty screen. */
  #clearing = false;
  /** Unknown until the first reset, which we send ourselves. */
  #style: StyleState | null = null;
  /** Bytes written so far. */
  written = 0;

  constructor(output: TerminalOutput) {
    super();
    this.#output = output;
  }

  get isTTY(): boolean {
    return true;
  }
  get columns(): number {
    return this.#output.columns ?? 80;
  }
  get rows(): number {
    return this.#output.rows ?? 24;
  }
  get writable(): boolean {
    return this.#output.writable ?? true;
  }
  get destroyed(): boolean {
    return this.#output.destroyed ?? false;
  }
  get writableEnded(): boolean {
    return this.#output.writableEnded ?? false;
  }

  /** Takes the terminal's other screen. Ink does it, too, when it comes: it then goes over what is there. */
  enter(): void {
    this.#send(ENTER_ALTERNATE + HIDE_CURSOR);
    this.#entered = true;
  }

  /** Gives the terminal's first screen back. */
  leave(): void {
    this.#send(PASTE_AS_TYPED + LEAVE_ALTERNATE + SHOW_CURSOR);
    this.#entered = false;
  }

  /** The next frame is drawn on an empty screen; until it comes, what is there stays. */
  clear(): void {
    this.#clearing = true;
  }

  /** While muted, what is written is lost: for frames that a repaint replaces. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  write(text: string | Uint8Array, done?: () => void): boolean {
    const piece = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    if (piece === ENTER_ALTERNATE && this.#entered) {
      this.clear();
      return true;
    }
    if (piece === FRAME_BEGINS && this.#held === null) {
      this.#held = piece;
      // Whatever happens to the rest of the frame, nothing is held for long.
      queueMicrotask(() => this.#release());
      return true;
    }
    if (this.#held === null) return this.#send(piece, done);
    this.#held += piece;
    if (piece === FRAME_ENDS || done !== undefined) this.#release(done);
    return true;
  }

  #release(done?: () => void): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#send(held, done);
  }

  #send(text: string, done?: () => void): boolean {
    if (this.#muted) {
      if (done !== undefined) queueMicrotask(done);
      return true;
    }
    const cleared = this.#clearing && text.startsWith(FRAME_BEGINS);
    if (cleared) this.#clearing = false;
    const whole = cleared ? FRAME_BEGINS + CLEAR + text.slice(FRAME_BEGINS.length) : text;
    const { text: packed, after } = packStyles(packMoves(this.#style === null ? RESET + whole : whole), this.#style);
    this.#style = after;
    this.written += Buffer.byteLength(packed);
    return this.#output.write(packed, done) !== false;
  }
}

/**
 * Moves of the cursor in as few bytes as possible: several lines down in one step, up and down again as one way up, and no
 * way to the first column for a cursor that is there.
 */
export function packMoves(text: string): string {
  return text
    .replace(LINES_DOWN, (run) => `\u001b[${run.replaceAll(NEXT_LINE, '\n').length}E`)
    .replace(UP_AND_DOWN, (both, up: string, down = '1') =>
      Number(up) > Number(down) ? `\u001b[${Number(up) - Number(down)}F` : both,
    )
    .replace(TO_START_AGAIN, '$1');
}
