import { DamagedDumpError } from '../errors.ts';

/** Reads the primitive values of a pg_dump archive: bytes, integers with a sign byte, strings with a length. */
export class TocReader {
  private readonly bytes: Uint8Array;
  private position = 0;
  /** Bytes of an integer without its sign byte, as the header says. */
  intSize = 4;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.position === this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw truncated();
    this.position += 1;
    return value;
  }

  /** A sign byte (0: not negative), then the magnitude, lowest byte first. */
  int(): number {
    const negative = this.byte() !== 0;
    let value = 0;
    for (let i = 0; i < this.intSize; i++) value += this.byte() * 2 ** (8 * i);
    return negative ? -value : value;
  }

  /** Null for a negative length, which stands for a missing value. */
  string(): Uint8Array | null {
    const length = this.int();
    return length < 0 ? null : this.slice(length);
  }

  slice(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.bytes.length) throw truncated();
    const result = this.bytes.subarray(this.position, end);
    this.position = end;
    return result;
  }
}

function truncated(): DamagedDumpError {
  return new DamagedDumpError('the table of contents of the dump ends in the middle');
}
