import { Writable } from 'node:stream';

const LONGEST_LINE = 2_000;
const MOST_LINES = 10_000;

/**
 * Output of a script as lines for a log: each cut at 2,000 characters, at most 10,000 of them; a line without an end does
 * not fill the memory.
 */
export class BoundedLines extends Writable {
  readonly #onLine: (line: string) => void;
  readonly #onOutput: () => void;
  readonly #decoder = new TextDecoder();
  #line = '';
  #count = 0;

  /** @param onOutput told of every piece */
  constructor(onLine: (line: string) => void, onOutput: () => void = () => {}) {
    super();
    this.#onOutput = onOutput;
    this.#onLine = onLine;
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#onOutput();
    const [first = '', ...others] = this.#decoder.decode(piece, { stream: true }).split('\n');
    this.#grow(first);
    for (const text of others) {
      this.#tell();
      this.#grow(text);
    }
    done();
  }

  /** Tells what stands after the last line end. */
  flush(): void {
    if (this.#line !== '') this.#tell();
  }

  #grow(text: string): void {
    if (this.#line.length <= LONGEST_LINE) this.#line += text.slice(0, LONGEST_LINE + 1);
  }

  #tell(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    this.#count += 1;
    if (this.#count < MOST_LINES) this.#onLine(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    else if (this.#count === MOST_LINES) this.#onLine('pgsnapman: further output of the script was left out');
  }
}
