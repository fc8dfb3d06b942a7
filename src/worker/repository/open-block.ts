import type { BlockChunks } from './pack-writer.ts';

/** A block that is being filled with new chunks. */
export class OpenBlock {
  readonly pack: string;
  readonly number: number;
  readonly buffer: SharedArrayBuffer;
  /** For each chunk that has one: the number of the chunk that it is like. */
  readonly bases: number[] = [];
  length = 0;
  readonly #bytes: Uint8Array;
  readonly #ids: Uint8Array[] = [];
  readonly #lengths: number[] = [];
  readonly #features: Uint32Array[] = [];

  /** @param capacity raw bytes that go in; the buffer may be larger */
  constructor(pack: string, number: number, buffer: SharedArrayBuffer, capacity: number) {
    this.pack = pack;
    this.number = number;
    this.buffer = buffer;
    this.#bytes = new Uint8Array(buffer, 0, capacity);
  }

  hasRoomFor(length: number): boolean {
    return this.length + length <= this.#bytes.length;
  }

  /** Copies a chunk in; returns its offset in the block. */
  append(bytes: Uint8Array, id: Uint8Array, features: Uint32Array, base: number): number {
    const offset = this.length;
    this.#bytes.set(bytes, offset);
    this.length += bytes.length;
    this.#ids.push(id);
    this.#lengths.push(bytes.length);
    this.#features.push(features);
    if (base >= 0) this.bases.push(base);
    return offset;
  }

  chunks(): BlockChunks {
    return {
      ids: Buffer.concat(this.#ids),
      lengths: Uint32Array.from(this.#lengths),
      features: Uint32Array.from(this.#features.flatMap((features) => [...features])),
    };
  }
}
