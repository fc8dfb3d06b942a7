import type { Slice } from '../../core/repository/extent.ts';

/** Grows a typed array to hold `needed` items. */
function grown<T extends Uint8Array | Uint32Array>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}

/**
 * The chunks that a new dump is compared with: those of the newest dumps, in the order of their files, and its own.
 * By id they are found as duplicates, by features as bases. Arrays of numbers and open addressing: about
 * 32 + 16 + 16 bytes a chunk, and 16 a feature.
 */
export class ChunkTable {
  readonly #features: number;
  readonly #packs: string[] = [];
  readonly #packNumbers = new Map<string, number>();
  #count = 0;
  #ids: Uint8Array = new Uint8Array(32 * 1024);
  /** Four numbers a chunk: pack, block, offset in the block, length. */
  #places: Uint32Array = new Uint32Array(4 * 1024);
  /** Number of the chunk + 1; 0: free. */
  #slots: Uint32Array = new Uint32Array(2 * 1024);
  /** Two numbers a slot: feature, chunk + 1. */
  #featureSlots: Uint32Array = new Uint32Array(2 * 1024);
  #featureCount = 0;

  constructor(features: number) {
    this.#features = features;
  }

  get size(): number {
    return this.#count;
  }

  /** Number of the chunk with this id, or -1. */
  find(ids: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = firstWord(ids, at) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) return -1;
      if (this.#sameId(number, ids, at)) return number;
    }
  }

  /** Adds a chunk that is not in yet; features make it findable as a base. Returns its number. */
  add(ids: Uint8Array, at: number, place: Slice, features: Uint32Array | null): number {
    const number = this.#count;
    this.#count += 1;
    this.#ids = grown(this.#ids, this.#count * 32);
    this.#ids.set(ids.subarray(at, at + 32), number * 32);
    this.#places = grown(this.#places, this.#count * 4);
    this.#places.set([this.#packNumber(place.pack), place.block, place.offset, place.length], number * 4);
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    else this.#insert(number);
    if (features !== null) this.#addFeatures(features, number);
    return number;
  }

  place(number: number): Slice {
    const at = number * 4;
    return {
      pack: this.#packs[this.#places[at] as number] as string,
      block: this.#places[at + 1] as number,
      offset: this.#places[at + 2] as number,
      length: this.#places[at + 3] as number,
    };
  }

  /** Chunk number for each feature, or -1, into `candidates`. */
  candidates(features: Uint32Array, at: number, candidates: Int32Array): void {
    const mask = this.#featureSlots.length / 2 - 1;
    for (let i = 0; i < this.#features; i += 1) {
      const key = featureKey(features[at + i] as number, i);
      candidates[i] = -1;
      if (key === 0) continue;
      for (let slot = spread(key) & mask; ; slot = (slot + 1) & mask) {
        const number = (this.#featureSlots[slot * 2 + 1] as number) - 1;
        if (number < 0) break;
        if (this.#featureSlots[slot * 2] === key) {
          candidates[i] = number;
          break;
        }
      }
    }
  }

  #addFeatures(features: Uint32Array, number: number): void {
    if ((this.#featureCount + this.#features) * 2 > this.#featureSlots.length / 2) this.#rehashFeatures();
    for (let i = 0; i < this.#features; i += 1) {
      const key = featureKey(features[i] as number, i);
      if (key !== 0) this.#insertFeature(this.#featureSlots, key, number);
    }
  }

  #insertFeature(slots: Uint32Array, key: number, number: number): void {
    const mask = slots.length / 2 - 1;
    for (let slot = spread(key) & mask; ; slot = (slot + 1) & mask) {
      const there = slots[slot * 2 + 1] as number;
      if (there !== 0 && slots[slot * 2] !== key) continue;
      if (there === 0) this.#featureCount += 1;
      slots[slot * 2] = key;
      slots[slot * 2 + 1] = number + 1;
      return;
    }
  }

  #rehashFeatures(): void {
    const old = this.#featureSlots;
    this.#featureSlots = new Uint32Array(old.length * 2);
    this.#featureCount = 0;
    for (let at = 0; at < old.length; at += 2) {
      const number = (old[at + 1] as number) - 1;
      if (number >= 0) this.#insertFeature(this.#featureSlots, old[at] as number, number);
    }
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#count; number += 1) this.#insert(number);
  }

  #insert(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = firstWord(this.#ids, number * 32) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #sameId(number: number, ids: Uint8Array, at: number): boolean {
    for (let i = 0; i < 32; i += 1) if (this.#ids[number * 32 + i] !== ids[at + i]) return false;
    return true;
  }

  #packNumber(pack: string): number {
    let number = this.#packNumbers.get(pack);
    if (number === undefined) {
      number = this.#packs.push(pack) - 1;
      this.#packNumbers.set(pack, number);
    }
    return number;
  }
}

function firstWord(ids: Uint8Array, at: number): number {
  return (
    (ids[at] as number) |
    ((ids[at + 1] as number) << 8) |
    ((ids[at + 2] as number) << 16) |
    ((ids[at + 3] as number) << 24)
  );
}

/** Features of different orders must not meet; 0 stays "none". */
function featureKey(feature: number, order: number): number {
  return feature === 0 ? 0 : (feature ^ Math.imul(order + 1, 0x27d4eb2f)) >>> 0;
}

function spread(key: number): number {
  return Math.imul(key ^ (key >>> 15), 0x2c1b3c6d) >>> 4;
}
