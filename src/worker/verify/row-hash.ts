import { createHash } from 'node:crypto';

const NEWLINE = 10;

/**
 * A hash of the rows of COPY text that does not depend on their order: SHA-256 of each line, added up word by word. The
 * end marker of a data file and what follows does not count.
 */
export class RowHash {
  readonly #sum = new Uint32Array(8);
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;
  rows = 0;

  update(chunk: Uint8Array): void {
    let data = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    for (let end = data.indexOf(NEWLINE); end >= 0 && !this.#ended; end = data.indexOf(NEWLINE)) {
      this.#add(data.subarray(0, end));
      data = data.subarray(end + 1);
    }
    this.#rest = data;
  }

  #add(line: Buffer): void {
    if (line.length === 2 && line[0] === 92 && line[1] === 46) {
      this.#ended = true;
      return;
    }
    this.rows += 1;
    const digest = createHash('sha256').update(line).digest();
    for (let word = 0; word < 8; word += 1) {
      this.#sum[word] = ((this.#sum[word] ?? 0) + digest.readUInt32LE(word * 4)) >>> 0;
    }
  }

  /** A new file begins: lines count again. */
  next(): void {
    this.#ended = false;
    this.#rest = Buffer.alloc(0);
  }

  digest(): string {
    return `${this.rows} ${Buffer.from(this.#sum.buffer).toString('hex')}`;
  }
}
