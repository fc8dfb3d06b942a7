import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BlockSet } from '../../core/repository/block-set.ts';
import type { Extent, Slice } from '../../core/repository/extent.ts';
import { smallFiles } from '../files/small-files.ts';
import {
  type BlockRow,
  birthPacks,
  blockKey,
  type ChunkColumns,
  parseBlockRows,
  readChunkColumns,
} from './pack-index.ts';
import { BLOCKS, CHUNKS, MOVED, PACK, packPath } from './paths.ts';
import type { Recipe, RecipeSlice } from './thread/tasks.ts';

/** Columns of chunks that are kept, in bytes; the oldest go. */
const COLUMNS_BYTES = 32 * 1024 * 1024;

/**
 * Knows where blocks lie. Indexes are read when a block of their pack is first asked for. The names of packs with moved
 * blocks do not say what is in them, so these are looked through at once, and remembered by the packs that their blocks
 * were born in.
 */
export class BlockCatalog {
  readonly #repository: string;
  readonly #rows = new Map<string, Map<number, BlockRow>>();
  readonly #loaded = new Map<string, Promise<void>>();
  readonly #sizes = new Map<string, number>();
  readonly #columns = new Map<string, ChunkColumns>();
  /** Packs with moved blocks, by the packs that these were born in. */
  readonly #movedTo = new Map<string, string[]>();
  #moved: Promise<void> | null = null;
  /** Packs whose index could not be used, with the reason. */
  readonly problems = new Map<string, string>();

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** Reads the indexes of packs. Afterwards `row` answers for their blocks. */
  async load(packs: Iterable<string>): Promise<void> {
    this.#moved ??= this.#findMoved();
    await this.#moved;
    for (const pack of packs) await this.#once(pack, () => this.#loadPack(pack));
  }

  /** Undefined: no index that was read knows the block. */
  row(pack: string, block: number): BlockRow | undefined {
    return this.#rows.get(pack)?.get(block);
  }

  rawLength(pack: string, block: number): number {
    return this.row(pack, block)?.raw ?? -1;
  }

  /** Adds blocks that have just been written; they replace others of the same name. */
  addRows(rows: readonly BlockRow[]): void {
    for (const row of rows) this.#rows.get(row.pack)?.delete(row.block);
    this.#addMissing(rows);
  }

  /** Blocks that moved are read first and win: the original may be damaged, or about to go. */
  #addMissing(rows: readonly BlockRow[]): void {
    for (const row of rows) {
      const blocks = this.#rows.get(row.pack) ?? new Map<number, BlockRow>();
      if (!blocks.has(row.block)) blocks.set(row.block, row);
      this.#rows.set(row.pack, blocks);
    }
  }

  /** The chunks of a block: ids, lengths and features as parts of columns. @throws Error when that index is damaged */
  async chunks(row: BlockRow): Promise<ChunkColumns> {
    let columns = this.#columns.get(row.home);
    if (columns === undefined) {
      columns = await readChunkColumns(packPath(this.#repository, row.home, CHUNKS));
      this.#columns.set(row.home, columns);
      this.#forgetColumns();
    }
    const features = columns.features.length / Math.max(columns.count, 1);
    const end = row.chunkAt + row.chunkCount;
    return {
      count: row.chunkCount,
      ids: columns.ids.subarray(row.chunkAt * 32, end * 32),
      lengths: columns.lengths.subarray(row.chunkAt, end),
      features: columns.features.subarray(row.chunkAt * features, end * features),
    };
  }

  /** Size of a pack's file in bytes; 0: not there. */
  async packSize(pack: string): Promise<number> {
    let size = this.#sizes.get(pack);
    if (size === undefined) {
      size = await smallFiles.size(packPath(this.#repository, pack, PACK));
      this.#sizes.set(pack, size);
    }
    return size;
  }

  /**
   * Adds a block and all that its bases need to `needs`; blocks that no index knows are added too, and named in the
   * result. Loads indexes as it goes.
   */
  async close(pack: string, block: number, needs: BlockSet): Promise<string[]> {
    const missing: string[] = [];
    const stack: { pack: string; block: number }[] = [{ pack, block }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (!needs.add(next.pack, next.block)) continue;
      // Also while somebody else is reading that index.
      if (this.row(next.pack, next.block) === undefined) await this.load([next.pack]);
      const row = this.row(next.pack, next.block);
      if (row === undefined) missing.push(blockKey(next.pack, next.block));
      else stack.push(...row.dictionary);
    }
    return missing;
  }

  /** Everything that a thread needs to decompress these blocks. Their indexes, and those of their bases, must be loaded. */
  recipes(blocks: Iterable<{ pack: string; block: number }>): Recipe[] {
    const recipes = new Map<string, Recipe>();
    const stack = [...blocks];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const key = blockKey(next.pack, next.block);
      const row = recipes.has(key) ? undefined : this.row(next.pack, next.block);
      if (row === undefined) continue;
      recipes.set(key, {
        key,
        path: packPath(this.#repository, row.home, PACK),
        offset: row.offset,
        stored: row.stored,
        raw: row.raw,
        dictionary: row.dictionary.map(recipeSlice),
      });
      stack.push(...row.dictionary);
    }
    return [...recipes.values()];
  }

  /**
   * Loads what reading these extents needs, and cuts them into slices of single blocks.
   * @param needs all that is needed is added; what is in it already is taken as loaded
   * @throws Error when a block is unknown
   */
  async slices(extents: readonly Extent[], needs = new BlockSet()): Promise<Slice[]> {
    const slices: Slice[] = [];
    for (const extent of extents) {
      let left = extent.length;
      let skip = extent.skip;
      for (let block = extent.first; block <= extent.last; block += 1) {
        if (!needs.has(extent.pack, block)) await this.close(extent.pack, block, needs);
        const raw = this.rawLength(extent.pack, block);
        if (raw < 0) throw new Error(`block ${blockKey(extent.pack, block)} is in no index`);
        const length = Math.min(raw - skip, left);
        slices.push({ pack: extent.pack, block, offset: skip, length });
        left -= length;
        skip = 0;
      }
      if (left !== 0) throw new Error(`blocks of pack ${extent.pack} are shorter than the list says`);
    }
    return slices;
  }

  async #findMoved(): Promise<void> {
    for (const name of await readdir(join(this.#repository, 'packs'))) {
      if (!name.endsWith(MOVED)) continue;
      const home = name.slice(0, -MOVED.length);
      await this.#withIndex(home, MOVED, (text) => {
        for (const pack of birthPacks(text, home)) this.#movedTo.set(pack, [...(this.#movedTo.get(pack) ?? []), home]);
      });
    }
  }

  async #loadPack(pack: string): Promise<void> {
    for (const home of this.#movedTo.get(pack) ?? []) {
      await this.#once(`${home}${MOVED}`, () => this.#loadIndex(home, MOVED));
    }
    await this.#loadIndex(pack, BLOCKS);
  }

  #loadIndex(pack: string, extension: string): Promise<void> {
    return this.#withIndex(pack, extension, (text) => this.#addMissing(parseBlockRows(text, pack)));
  }

  /** Does what `load` does unless it was done, or is being done. */
  #once(name: string, load: () => Promise<void>): Promise<void> {
    const loading = this.#loaded.get(name) ?? load();
    this.#loaded.set(name, loading);
    return loading;
  }

  async #withIndex(pack: string, extension: string, use: (text: string) => void): Promise<void> {
    try {
      use((await smallFiles.read(packPath(this.#repository, pack, extension))).toString('latin1'));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.problems.set(pack, code === 'ENOENT' ? `the index of pack ${pack} is missing` : message);
    }
  }

  #forgetColumns(): void {
    let bytes = 0;
    for (const columns of this.#columns.values()) bytes += columns.ids.length * 2;
    for (const [pack, columns] of this.#columns) {
      if (bytes <= COLUMNS_BYTES || this.#columns.size === 1) break;
      this.#columns.delete(pack);
      bytes -= columns.ids.length * 2;
    }
  }
}

export function recipeSlice(slice: Slice): RecipeSlice {
  return { key: blockKey(slice.pack, slice.block), offset: slice.offset, length: slice.length };
}
