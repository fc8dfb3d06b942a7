import { BlockSet } from '../../core/repository/block-set.ts';
import { parseDumpList } from '../../core/repository/dump-list.ts';
import type { Slice } from '../../core/repository/extent.ts';
import type { BlockCatalog } from './block-catalog.ts';
import type { ChunkTable } from './chunk-table.ts';
import { knownDamage } from './damage.ts';
import { type DumpPlace, readDocument, readDocumentList } from './dump-documents.ts';
import { dumpFolders, readManifest } from './dump-folder.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Chunks that a dump is compared with at most: 8 million are about 500 GB of databases and 1 GB of memory. */
const MOST_CHUNKS = 8_000_000;
/** Tried per job before it is left out. */
const TRIES_PER_JOB = 3;

/**
 * Fills the table with the chunks of the newest dump of every job, the own job's first. So memory and time depend on
 * the size of the databases, not on how many dumps are kept. Damaged and incomplete blocks are left out, and all that
 * is built on them. Returns keys of blocks that are known to be damaged.
 */
export async function loadReferences(
  repository: string,
  jobId: number | null,
  catalog: BlockCatalog,
  pool: ThreadPool,
  table: ChunkTable,
): Promise<Set<string>> {
  const damaged = await knownDamage(repository);
  const health = new BlockHealth(catalog, damaged);
  for (const folders of foldersByJob(await dumpFolders(repository), jobId)) {
    for (const folder of folders.slice(0, TRIES_PER_JOB)) {
      if (table.size >= MOST_CHUNKS) return damaged;
      if (await loadDump(repository, folder, catalog, pool, table, health)) break;
    }
  }
  return damaged;
}

/** Folders of each job, newest first; the own job's come first, then those with the newest dumps. */
function foldersByJob(folders: readonly string[], jobId: number | null): string[][] {
  const jobs = new Map<string, string[]>([[String(jobId ?? 0), []]]);
  for (const folder of folders.toReversed()) {
    const job = folder.split('-')[1] ?? '';
    const list = jobs.get(job);
    if (list === undefined) jobs.set(job, [folder]);
    else list.push(folder);
  }
  return [...jobs.values()];
}

/** False if the dump cannot be used. */
async function loadDump(
  repository: string,
  folder: string,
  catalog: BlockCatalog,
  pool: ThreadPool,
  table: ChunkTable,
  health: BlockHealth,
): Promise<boolean> {
  try {
    const { manifest } = await readManifest(repository, folder);
    const place: DumpPlace = { repository, folder: `dumps/${folder}`, manifest };
    const files = parseDumpList(await readDocument(place, 'list', catalog, pool));
    const documents = await readDocumentList(place);
    for (const file of [...files, ...documents]) {
      for (const extent of file.extents) {
        await addExtent(extent.pack, extent, catalog, table, health);
      }
    }
    return true;
  } catch {
    return false; // check says why; a dump goes on without it
  }
}

async function addExtent(
  pack: string,
  extent: { first: number; last: number; skip: number; length: number },
  catalog: BlockCatalog,
  table: ChunkTable,
  health: BlockHealth,
): Promise<void> {
  let from = extent.skip;
  let left = extent.length;
  for (let block = extent.first; block <= extent.last; block += 1) {
    const row = await health.row(pack, block);
    const raw = catalog.rawLength(pack, block);
    if (raw < 0) return;
    if (row !== null) await addChunks(row, from, from + left, catalog, table);
    left -= raw - from;
    from = 0;
  }
}

/** Adds the chunks of a block that lie wholly between two offsets. */
async function addChunks(
  row: BlockRow,
  from: number,
  to: number,
  catalog: BlockCatalog,
  table: ChunkTable,
): Promise<void> {
  const chunks = await catalog.chunks(row).catch(() => null);
  if (chunks === null) return;
  const features = chunks.features.length / Math.max(chunks.count, 1);
  let offset = 0;
  for (let i = 0; i < chunks.count; i += 1) {
    const length = chunks.lengths[i] as number;
    if (offset >= from && offset + length <= to && table.find(chunks.ids, i * 32) < 0) {
      const place: Slice = { pack: row.pack, block: row.block, offset, length };
      table.add(chunks.ids, i * 32, place, chunks.features.subarray(i * features, (i + 1) * features));
    }
    offset += length;
  }
}

/** Says which blocks can be trusted: known, not noted as damaged, whole in their pack, and so are all their bases. */
class BlockHealth {
  readonly #catalog: BlockCatalog;
  readonly #damaged: Set<string>;
  readonly #known = new Map<string, BlockRow | null>();
  readonly #loaded = new BlockSet();

  constructor(catalog: BlockCatalog, damaged: Set<string>) {
    this.#catalog = catalog;
    this.#damaged = damaged;
  }

  async row(pack: string, block: number): Promise<BlockRow | null> {
    const key = blockKey(pack, block);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    await this.#catalog.close(pack, block, this.#loaded);
    const row = this.#catalog.row(pack, block);
    const healthy = row !== undefined && !this.#damaged.has(key) && (await this.#isWhole(row, key));
    const basesHealthy = healthy && (await this.#areHealthy(row.dictionary));
    this.#known.set(key, basesHealthy ? row : null);
    return basesHealthy ? row : null;
  }

  async #isWhole(row: BlockRow, key: string): Promise<boolean> {
    const whole = (await this.#catalog.packSize(row.home)) >= row.offset + row.stored;
    if (!whole) this.#damaged.add(key);
    return whole;
  }

  async #areHealthy(slices: readonly Slice[]): Promise<boolean> {
    for (const slice of slices) if ((await this.row(slice.pack, slice.block)) === null) return false;
    return true;
  }
}
