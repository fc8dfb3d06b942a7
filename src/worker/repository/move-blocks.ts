import { open } from 'node:fs/promises';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { BlockCatalog } from './block-catalog.ts';
import { noteDamage } from './damage.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import type { PackState } from './pack-states.ts';
import { PackWriter } from './pack-writer.ts';
import { PACK, packPath } from './paths.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

export interface MoveParts {
  repository: string;
  leaseId: string;
  parameters: StoreParameters;
  pool: ThreadPool;
}

export interface Moved {
  /** Packs that are not needed any more, since all their live blocks are in others. */
  packs: string[];
  blocks: number;
  writtenBytes: number;
}

/**
 * Copies the live blocks of packs, frame by frame, into new ones, under their names. Each is read and checked before;
 * a pack with a damaged block stays as it is.
 */
export async function movePacks(parts: MoveParts, states: readonly PackState[]): Promise<Moved> {
  const catalog = new BlockCatalog(parts.repository);
  const moved: Moved = { packs: [], blocks: 0, writtenBytes: 0 };
  const writers: PackWriter[] = [];
  let writer: PackWriter | null = null;
  try {
    for (const state of states) {
      const rows = await checkedRows(parts, state, catalog);
      if (rows === null) continue;
      if (writer === null || writer.bytes >= parts.parameters.pack) {
        const name = `${parts.leaseId}${writers.length.toString(16).padStart(4, '0')}`;
        writer = new PackWriter(parts.repository, name, parts.parameters.features, true);
        writers.push(writer);
      }
      await copyFrames(parts.repository, state.pack, rows, writer, catalog);
      moved.packs.push(state.pack);
      moved.blocks += rows.length;
    }
    for (const each of writers) moved.writtenBytes += await each.close();
    return moved;
  } catch (error) {
    for (const each of writers) await each.discard();
    throw error;
  }
}

/** The live rows of a pack after reading them back; null if one is damaged. */
async function checkedRows(parts: MoveParts, state: PackState, catalog: BlockCatalog): Promise<BlockRow[] | null> {
  try {
    const blocks = [];
    await catalog.load(new Set(state.live.map((row) => row.pack)));
    for (const row of state.live) {
      for (const base of row.dictionary) await catalog.load([base.pack]);
      const chunks = await catalog.chunks(row);
      blocks.push({ key: blockKey(row.pack, row.block), lengths: chunks.lengths.slice(), ids: chunks.ids.slice() });
    }
    await loadBases(catalog, state.live);
    const { damaged } = await parts.pool.run({ kind: 'verify', blocks, recipes: catalog.recipes(state.live) });
    await noteDamage(parts.repository, damaged);
    return damaged.length === 0 ? state.live : null;
  } catch {
    return null; // an index is damaged: check says so
  }
}

async function loadBases(catalog: BlockCatalog, rows: readonly BlockRow[]): Promise<void> {
  const seen = new Set<string>();
  const stack = rows.flatMap((row) => row.dictionary);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const key = blockKey(next.pack, next.block);
    if (seen.has(key)) continue;
    seen.add(key);
    await catalog.load([next.pack]);
    stack.push(...(catalog.row(next.pack, next.block)?.dictionary ?? []));
  }
}

async function copyFrames(
  repository: string,
  pack: string,
  rows: readonly BlockRow[],
  writer: PackWriter,
  catalog: BlockCatalog,
): Promise<void> {
  const file = await open(packPath(repository, pack, PACK), 'r');
  try {
    for (const row of rows) {
      const frame = Buffer.allocUnsafe(row.stored);
      const { bytesRead } = await file.read(frame, 0, row.stored, row.offset);
      if (bytesRead !== row.stored) throw new Error(`pack ${pack} ends too early`);
      const chunks = await catalog.chunks(row);
      const copy = { ids: chunks.ids.slice(), lengths: chunks.lengths.slice(), features: chunks.features.slice() };
      await writer.append(frame, row, copy);
    }
  } finally {
    await file.close();
  }
}
