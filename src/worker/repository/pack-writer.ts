import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { faultPoint } from '../fault.ts';
import { TEMPORARY_PREFIX, writeDurably } from '../files/durable.ts';
import { formatIndexCopy } from './index-copy.ts';
import { type BlockRow, formatBlockRows, formatChunkColumns } from './pack-index.ts';
import { BLOCKS, CHUNKS, MOVED, PACK, packPath } from './paths.ts';

/** The chunks of a block, as they go into an index. */
export interface BlockChunks {
  ids: Uint8Array;
  lengths: Uint32Array;
  features: Uint32Array;
}

/**
 * Writes one pack. Order of writes: frames and a copy of the index into a temporary file, fsync, rename; index of chunks; index of blocks last,
 * each with fsync and rename. A pack without an index of blocks does not count, and pruning removes it.
 */
export class PackWriter {
  readonly name: string;
  readonly rows: BlockRow[] = [];
  readonly #repository: string;
  readonly #features: number;
  readonly #moved: boolean;
  readonly #chunks: BlockChunks[] = [];
  #chunkCount = 0;
  #file: FileHandle | null = null;
  bytes = 0;

  /** @param moved the blocks come from other packs and keep their names */
  constructor(repository: string, name: string, features: number, moved = false) {
    this.#repository = repository;
    this.name = name;
    this.#features = features;
    this.#moved = moved;
  }

  /** Appends a frame; returns the row of its block. */
  async append(
    frame: Uint8Array,
    block: Pick<BlockRow, 'pack' | 'block' | 'raw' | 'depth' | 'dictionary'>,
    chunks: BlockChunks,
  ): Promise<BlockRow> {
    this.#file ??= await open(this.#temporary(), 'wx', 0o600);
    await this.#write(this.#file, frame);
    const { pack, block: number, raw, depth, dictionary } = block;
    const count = chunks.lengths.length;
    const row: BlockRow = {
      pack,
      block: number,
      home: this.name,
      offset: this.bytes,
      stored: frame.length,
      raw,
      depth,
      dictionary,
      chunkAt: this.#chunkCount,
      chunkCount: count,
    };
    this.rows.push(row);
    this.#chunks.push(chunks);
    this.#chunkCount += count;
    this.bytes += frame.length;
    return row;
  }

  /** Makes the pack and its indexes durable and visible. A pack without blocks leaves nothing. Returns bytes written. */
  async close(): Promise<number> {
    if (this.#file === null) return 0;
    const index = formatBlockRows(this.rows);
    const copy = formatIndexCopy(index);
    await this.#write(this.#file, copy);
    await this.#file.sync();
    await this.#file.close();
    this.#file = null;
    await rename(this.#temporary(), packPath(this.#repository, this.name, PACK));
    faultPoint('repository.pack-renamed');
    const columns = formatChunkColumns(this.#columns(), this.#features);
    await writeDurably(packPath(this.#repository, this.name, CHUNKS), columns);
    faultPoint('repository.chunks-written');
    await writeDurably(packPath(this.#repository, this.name, this.#moved ? MOVED : BLOCKS), index);
    faultPoint('repository.pack-written');
    return this.bytes + copy.length + columns.length + index.length;
  }

  /** Removes what is there of the pack. */
  async discard(): Promise<void> {
    await this.#file?.close().catch(() => {});
    this.#file = null;
    await rm(this.#temporary(), { force: true });
    for (const extension of [MOVED, BLOCKS, CHUNKS, PACK]) {
      await rm(packPath(this.#repository, this.name, extension), { force: true });
    }
  }

  async #write(file: FileHandle, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
  }

  #temporary(): string {
    return packPath(this.#repository, `${TEMPORARY_PREFIX}${this.name}`, PACK);
  }

  #columns() {
    const ids = new Uint8Array(this.#chunkCount * 32);
    const lengths = new Uint32Array(this.#chunkCount);
    const features = new Uint32Array(this.#chunkCount * this.#features);
    let at = 0;
    for (const chunks of this.#chunks) {
      ids.set(chunks.ids, at * 32);
      lengths.set(chunks.lengths, at);
      features.set(chunks.features, at * this.#features);
      at += chunks.lengths.length;
    }
    return { count: this.#chunkCount, ids, lengths, features };
  }
}
