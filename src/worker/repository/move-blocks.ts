import { open } from 'node:fs/promises';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { BlockCatalog } from './block-catalog.ts';
import { noteDamage } from './damage.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import type { PackState } from './pack-states.ts';
import { PackWriter } from './pack-writer.ts';
import { PACK, packPath } from './paths.ts';
import type { VerifyTask } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Raw bytes read back per task of a thread. */
const TASK_BYTES = 64 * 1024 * 1024;

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
  try {
    for (const together of inTasks(states)) {
      for (const { pack, live } of await wholePacks(parts, together, catalog)) {
        await copyFrames(parts.repository, pack, live, writerFor(parts, writers), catalog);
        moved.packs.push(pack);
        moved.blocks += live.length;
      }
    }
    for (const each of writers) moved.writtenBytes += await each.close();
    return moved;
  } catch (error) {
    for (const each of writers) await each.discard();
    throw error;
  }
}

/** The writer that is being filled, or a new one. */
function writerFor({ repository, leaseId, parameters }: MoveParts, writers: PackWriter[]): PackWriter {
  const last = writers.at(-1);
  if (last !== undefined && last.bytes < parameters.pack) return last;
  const name = `${leaseId}${writers.length.toString(16).padStart(4, '0')}`;
  const writer = new PackWriter(repository, name, parameters.features, true);
  writers.push(writer);
  return writer;
}

/** Packs that a thread reads back in one task: small ones together. */
function* inTasks(states: readonly PackState[]): Generator<PackState[]> {
  let together: PackState[] = [];
  let bytes = 0;
  for (const state of states) {
    together.push(state);
    bytes += state.live.reduce((sum, { raw }) => sum + raw, 0);
    if (bytes < TASK_BYTES) continue;
    yield together;
    together = [];
    bytes = 0;
  }
  yield together;
}

/** Reads the live blocks of packs back; those packs in which all are whole. */
async function wholePacks(parts: MoveParts, states: readonly PackState[], catalog: BlockCatalog): Promise<PackState[]> {
  const readable: PackState[] = [];
  const blocks: VerifiedBlock[] = [];
  for (const state of states) {
    const own = await chunksOf(state, catalog).catch(() => null); // an index is damaged: check says so
    if (own === null) continue;
    readable.push(state);
    blocks.push(...own);
  }
  if (readable.length === 0) return [];
  const recipes = catalog.recipes(readable.flatMap(({ live }) => live));
  const { damaged } = await parts.pool.run({ kind: 'verify', blocks, recipes });
  await noteDamage(parts.repository, damaged);
  const bad = new Set(damaged.map(({ key }) => key));
  return readable.filter(({ live }) => !live.some(({ pack, block }) => bad.has(blockKey(pack, block))));
}

type VerifiedBlock = VerifyTask['blocks'][number];

/** The chunks of the live blocks of a pack; what reading these takes is loaded. @throws Error when an index is damaged */
async function chunksOf({ live }: PackState, catalog: BlockCatalog): Promise<VerifiedBlock[]> {
  await catalog.load(new Set(live.map((row) => row.pack)));
  await loadBases(catalog, live);
  const blocks: VerifiedBlock[] = [];
  for (const row of live) {
    const chunks = await catalog.chunks(row);
    blocks.push({ key: blockKey(row.pack, row.block), lengths: chunks.lengths.slice(), ids: chunks.ids.slice() });
  }
  return blocks;
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
