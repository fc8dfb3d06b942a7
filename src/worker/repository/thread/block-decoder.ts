import { closeSync, openSync, readSync } from 'node:fs';
import { constants, zstdDecompressSync } from 'node:zlib';
import { freeBuffer } from './free-buffer.ts';
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

interface Decoded {
  key: string;
  raw: Buffer;
  /** How many are looking at it; it stays as long. */
  users: number;
}

/** Decompresses blocks, bases first, and keeps the last ones: neighbours mostly need the same bases. */
export class BlockDecoder {
  readonly #cache = new Map<string, Decoded>();
  readonly #limitBytes: number;
  #bytes = 0;
  #joined: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Lends out the raw bytes of a block: they are there while `use` runs, not afterwards. @throws DamagedBlockError */
  lend<T>(key: string, recipes: ReadonlyMap<string, Recipe>, use: (raw: Buffer) => T): T {
    const block = this.#take(key, recipes);
    try {
      return use(block.raw);
    } finally {
      block.users -= 1;
    }
  }

  /** Lends out the bytes of slices, one after the other, in the same way. @throws DamagedBlockError */
  lendJoined<T>(slices: readonly RecipeSlice[], recipes: ReadonlyMap<string, Recipe>, use: (bytes: Buffer) => T): T {
    const taken: Decoded[] = [];
    try {
      const parts = slices.map(({ key, offset, length }) => {
        const block = this.#take(key, recipes);
        taken.push(block);
        return block.raw.subarray(offset, offset + length);
      });
      return use(parts.length === 1 ? (parts[0] as Buffer) : this.#join(parts));
    } finally {
      for (const block of taken) block.users -= 1;
    }
  }

  /** Gives all memory back. */
  forget(): void {
    for (const { raw } of this.#cache.values()) freeBuffer(raw);
    this.#cache.clear();
    this.#bytes = 0;
  }

  #take(key: string, recipes: ReadonlyMap<string, Recipe>): Decoded {
    const block = this.#cache.get(key) ?? { key, raw: this.#decompress(key, recipes), users: 0 };
    block.users += 1;
    this.#keep(block);
    return block;
  }

  /** Into room that is used again: memory that comes and goes by megabytes is slow. */
  #join(parts: readonly Buffer[]): Buffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > this.#joined.length) this.#joined = Buffer.allocUnsafeSlow(Math.ceil(length / MIB) * MIB);
    let at = 0;
    for (const part of parts) at += part.copy(this.#joined, at);
    return this.#joined.subarray(0, length);
  }

  #decompress(key: string, recipes: ReadonlyMap<string, Recipe>): Buffer {
    const recipe = recipes.get(key);
    if (recipe === undefined) throw new DamagedBlockError(key, 'no index knows it');
    const { dictionary } = recipe;
    return dictionary.length === 0
      ? decompressFrame(recipe)
      : this.lendJoined(dictionary, recipes, (bytes) => decompressFrame(recipe, bytes));
  }

  /** Remembers it as the newest, and forgets the oldest that nobody looks at. */
  #keep(block: Decoded): void {
    if (this.#cache.delete(block.key)) this.#bytes -= block.raw.length;
    this.#cache.set(block.key, block);
    this.#bytes += block.raw.length;
    for (const [key, { raw, users }] of this.#cache) {
      if (this.#bytes <= this.#limitBytes) break;
      if (users > 0) continue;
      this.#cache.delete(key);
      this.#bytes -= raw.length;
      freeBuffer(raw);
    }
  }
}

function decompressFrame(recipe: Recipe, dictionary?: Buffer): Buffer {
  const frame = readFrame(recipe);
  let raw: Buffer;
  try {
    raw = zstdDecompressSync(frame, {
      ...(dictionary === undefined ? {} : { dictionary }),
      maxOutputLength: Math.max(recipe.raw, 1),
      // One byte more than needed: of a buffer that is full another one is made.
      chunkSize: Math.max(recipe.raw + 1, 1024),
      params: { [constants.ZSTD_d_windowLogMax]: 27 },
    });
  } catch (error) {
    throw new DamagedBlockError(recipe.key, `cannot be decompressed (${(error as Error).message})`);
  } finally {
    freeBuffer(frame);
  }
  if (raw.length !== recipe.raw) throw new DamagedBlockError(recipe.key, 'has another length than its index says');
  return raw;
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
