import { GEAR, GEAR_WINDOW } from './gear.ts';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The gear hash on its way over bytes. */
export class GearRoll {
  readonly #bytes: Uint8Array;
  /** The same buffer as words of four bytes; null where a word holds its bytes the other way round. */
  readonly #words: Int32Array | null;
  /** Behind the last byte that `hash` has taken in. */
  position: number;
  hash = 0;

  /** @param position at least GEAR_WINDOW: the hash starts as that of the window before it */
  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#words = LITTLE_ENDIAN ? new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2) : null;
    this.position = position - GEAR_WINDOW;
    while (this.position < position) this.#step();
  }

  /** Goes on behind the next byte where `hash >>> shift` is zero; or to `limit`, then the answer is false. */
  toSample(limit: number, shift: number): boolean {
    while (this.position < limit) {
      if (this.#words !== null && this.#isAligned()) this.#skipWords(this.#words, limit, shift);
      while (this.position < limit) {
        this.#step();
        if (this.hash >>> shift === 0) return true;
        if (this.#isAligned()) break;
      }
    }
    return false;
  }

  /** Goes on to the next word with such a byte. One load for four bytes, and no bounds to check: three times as fast. */
  #skipWords(words: Int32Array, limit: number, shift: number): void {
    const offset = this.#bytes.byteOffset;
    const last = (offset + limit) >>> 2;
    let at = (offset + this.position) >>> 2;
    let h = this.hash;
    for (; at < last; at += 1) {
      const word = words[at] as number;
      const a = ((h << 1) + (GEAR[word & 255] as number)) | 0;
      const b = ((a << 1) + (GEAR[(word >>> 8) & 255] as number)) | 0;
      const c = ((b << 1) + (GEAR[(word >>> 16) & 255] as number)) | 0;
      const d = ((c << 1) + (GEAR[word >>> 24] as number)) | 0;
      if (a >>> shift === 0 || b >>> shift === 0 || c >>> shift === 0 || d >>> shift === 0) break;
      h = d;
    }
    this.hash = h;
    this.position = (at << 2) - offset;
  }

  #step(): void {
    this.hash = ((this.hash << 1) + (GEAR[this.#bytes[this.position] as number] as number)) | 0;
    this.position += 1;
  }

  #isAligned(): boolean {
    return ((this.#bytes.byteOffset + this.position) & 3) === 0;
  }
}
