import { closeSync, openSync, readSync } from 'node:fs';
import { constants, zstdDecompressSync } from 'node:zlib';
import type { DamagedBlock, Recipe, RecipeSlice } from './tasks.ts';

const MIB = 1024 * 1024;

/** A block that cannot be had. `key` is the one that is damaged, perhaps a base of the one that was asked for. */
export class DamagedBlockError extends Error {
  readonly damaged: DamagedBlock;
  constructor(key: string, reason: string) {
    super(`block ${key}: ${reason}`);
    this.damaged = { key, reason };
  }
}

/** Decompresses blocks, bases first, and keeps the last ones: neighbours mostly need the same bases. */
export class BlockDecoder {
  readonly #cache = new Map<string, Buffer>();
  readonly #damaged = new Map<string, DamagedBlockError>();
  readonly #limitBytes: number;
  #bytes = 0;
  #joined: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @throws DamagedBlockError */
  decode(key: string, recipes: ReadonlyMap<string, Recipe>): Buffer {
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    const raw = this.#decompress(key, recipes);
    this.#keep(key, raw);
    return raw;
  }

  /** The bytes of slices, one after the other; valid until the next call. @throws DamagedBlockError */
  join(slices: readonly RecipeSlice[], recipes: ReadonlyMap<string, Recipe>): Buffer {
    const parts = slices.map((s) => this.decode(s.key, recipes).subarray(s.offset, s.offset + s.length));
    if (parts.length === 1) return parts[0] as Buffer;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const joined = this.#room(length);
    let at = 0;
    for (const part of parts) at += part.copy(joined, at);
    return joined;
  }

  /** Room that is used again: memory that comes and goes by megabytes keeps the garbage collector at work. */
  #room(length: number): Buffer {
    if (length > this.#joined.length) this.#joined = Buffer.allocUnsafeSlow(Math.ceil(length / MIB) * MIB);
    return this.#joined.subarray(0, length);
  }

  forget(): void {
    this.#cache.clear();
    this.#damaged.clear();
    this.#bytes = 0;
  }

  #decompress(key: string, recipes: ReadonlyMap<string, Recipe>): Buffer {
    const recipe = recipes.get(key);
    if (recipe === undefined) throw new DamagedBlockError(key, 'no index knows it');
    const dictionary = recipe.dictionary.length === 0 ? undefined : this.join(recipe.dictionary, recipes);
    const frame = readFrame(recipe);
    let raw: Buffer;
    try {
      raw = zstdDecompressSync(frame, {
        ...(dictionary === undefined ? {} : { dictionary }),
        maxOutputLength: Math.max(recipe.raw, 1),
        chunkSize: Math.max(recipe.raw, 1024),
        params: { [constants.ZSTD_d_windowLogMax]: 27 },
      });
    } catch (error) {
      throw new DamagedBlockError(key, `cannot be decompressed (${(error as Error).message})`);
    }
    if (raw.length !== recipe.raw) throw new DamagedBlockError(key, 'has another length than its index says');
    return raw;
  }

  #keep(key: string, raw: Buffer): void {
    this.#cache.set(key, raw);
    this.#bytes += raw.length;
    for (const [oldest, bytes] of this.#cache) {
      if (this.#bytes <= this.#limitBytes || oldest === key) break;
      this.#cache.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}

function readFrame(recipe: Recipe): Buffer {
  const frame = Buffer.allocUnsafe(recipe.stored);
  try {
    const file = openSync(recipe.path, 'r');
    try {
      const got = readSync(file, frame, 0, recipe.stored, recipe.offset);
      if (got !== recipe.stored) throw new DamagedBlockError(recipe.key, 'its pack ends too early');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof DamagedBlockError) throw error;
    throw new DamagedBlockError(recipe.key, `its pack cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return frame;
}
