import { Writable } from 'node:stream';

const LONGEST_LINE = 10_000;

/** Takes the output of a program and looks for one line; all others are forgotten. */
export class LineStream extends Writable {
  #rest = '';
  #prefix = '';
  #found: (rest: string) => void = () => {};

  /** The rest of the first line that begins so; waits for ever if none does. */
  find(prefix: string): Promise<string> {
    this.#prefix = prefix;
    return new Promise((resolve) => {
      this.#found = resolve;
    });
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const lines = (this.#rest + piece.toString('latin1')).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    const line = lines.find((text) => text.startsWith(this.#prefix));
    if (line !== undefined) this.#found(line.slice(this.#prefix.length));
    done();
  }
}
