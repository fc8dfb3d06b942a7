import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { type Manifest, manifestSchema } from '../../core/manifest/manifest.ts';
import { BlockSet } from '../../core/repository/block-set.ts';
import type { StoreParameters } from '../../core/repository/parameters.ts';
import { faultPoint } from '../fault.ts';
import { syncDirectory, TEMPORARY_PREFIX } from '../files/durable.ts';
import { smallFiles } from '../files/small-files.ts';
import { tryLock } from '../lock/lock.ts';
import { type DumpPlace, readNeeds } from './dump-documents.ts';
import { dumpFolders, readManifest } from './dump-folder.ts';
import { liveLeases, takeLease } from './leases.ts';
import { movePacks } from './move-blocks.ts';
import { examinePacks, type PackState } from './pack-states.ts';
import { BLOCKS, CHUNKS, MOVED, PACK, packPath } from './paths.ts';
import { isTrashInUse } from './remove-dump.ts';
import type { PruneOptions, PruneReport } from './repository.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** What pruning found out before it touches anything. */
interface Marked {
  /** Removed dumps that nobody uses any more. */
  trash: string[];
  postponed: boolean;
  states: PackState[];
  leftovers: string[];
}

/**
 * Frees what no dump needs. What must hold, and why it does:
 * - Packs are listed first, then leases, then dumps, then trash. A pack in the list whose writer is not alive belongs to
 *   a dump that is committed (and listed) or will never be.
 * - A dump that is removed meanwhile is seen in `dumps` or in `trash`; in trash it counts as long as a lease lives that
 *   was alive when it was removed.
 * - A writer refers only to what dumps need that it saw after taking its lease.
 * - A manifest or a list that cannot be read stops everything.
 * - Blocks are moved before the pack that held them goes, and that pack stays while anybody may still read from it.
 */
export async function prune(
  repository: string,
  parameters: StoreParameters,
  pool: ThreadPool,
  options: PruneOptions,
): Promise<PruneReport> {
  const lock = tryLock(join(repository, 'locks', 'prune'));
  if (lock === null) throw new PgSnapManError('busy', 'the repository is being pruned already', 'try again later');
  const lease = takeLease(join(repository, 'leases'));
  try {
    const marked = await mark(repository, parameters.pack, lease.id);
    if (options.dryRun === true) return preview(marked);
    faultPoint('repository.prune-marked');
    const removable = marked.states.filter((state) => state.action === 'remove');
    const garbage = removable.filter((state) => !state.superseded).map((state) => state.pack);
    // First of all: to move blocks takes room.
    const freedFirst = await removePacks(repository, garbage);
    const moved = await movePacks(
      { repository, leaseId: lease.id, parameters, pool },
      marked.states.filter((state) => state.action === 'move'),
    );
    faultPoint('repository.prune-moved');
    const superseded = [...removable.filter((state) => state.superseded).map((state) => state.pack), ...moved.packs];
    // Whoever began before the blocks moved may still read them where they were.
    const mayBeRead = superseded.length > 0 && othersAlive(repository, lease.id);
    const going = mayBeRead ? [] : superseded;
    const freed = freedFirst + (await removePacks(repository, going));
    for (const path of marked.leftovers) await rm(path, { recursive: true, force: true });
    faultPoint('repository.prune-removed');
    for (const folder of marked.trash) await rm(join(repository, 'trash', folder), { recursive: true, force: true });
    return {
      removedPacks: garbage.length + going.length,
      freedBytes: freed - moved.writtenBytes,
      movedBlocks: moved.blocks,
      postponed: marked.postponed || mayBeRead,
    };
  } finally {
    lease.release();
    lock.release();
  }
}

async function mark(repository: string, packBytes: number, ownLease: string): Promise<Marked> {
  const packFiles = await readdir(join(repository, 'packs'));
  const tmp = await readdir(join(repository, 'tmp'));
  const alive = liveLeases(join(repository, 'leases'));
  alive.delete(ownLease);
  const needs = new BlockSet();
  for (const folder of await dumpFolders(repository)) {
    const { manifest } = await readManifest(repository, folder);
    await readNeeds({ repository, folder: `dumps/${folder}`, manifest }, needs);
  }
  const touched = new Set<string>();
  const trash: string[] = [];
  let postponed = false;
  for (const folder of await readdir(join(repository, 'trash'))) {
    const place = await trashPlace(repository, folder);
    if (await isTrashInUse(repository, folder, alive)) {
      postponed = true;
      if (place === null) throw unreadableTrash(folder);
      await readNeeds(place, needs);
    } else {
      trash.push(folder);
      await addTouched(place, touched);
    }
  }
  const states = await examinePacks({ repository, packFiles, needs, touched, alive, packBytes });
  const leftovers = leftoversOf(repository, packFiles, tmp, alive);
  return { trash, postponed, states, leftovers };
}

/** Packs that a removed dump needed may hold garbage now. One that cannot be read any more stops nothing. */
async function addTouched(place: DumpPlace | null, touched: Set<string>): Promise<void> {
  if (place === null) return;
  const gone = new BlockSet();
  await readNeeds(place, gone).catch(() => {});
  for (const pack of gone.packs()) touched.add(pack);
}

async function trashPlace(repository: string, folder: string): Promise<DumpPlace | null> {
  try {
    const text = await readFile(join(repository, 'trash', folder, 'manifest.json'), 'utf8');
    const manifest: Manifest = manifestSchema.parse(JSON.parse(text));
    return { repository, folder: `trash/${folder}`, manifest };
  } catch {
    return null;
  }
}

function unreadableTrash(folder: string): PgSnapManError {
  const hint = 'try again when no dump or restore is running';
  return new PgSnapManError('run_failed', `the removed dump ${folder} cannot be read and may be in use`, hint);
}

/** Unfinished files of writers that are not alive. */
function leftoversOf(
  repository: string,
  packFiles: readonly string[],
  tmp: readonly string[],
  alive: ReadonlySet<string>,
): string[] {
  const unfinished = packFiles.filter((name) => {
    const lease = name.slice(TEMPORARY_PREFIX.length, TEMPORARY_PREFIX.length + 12);
    return name.startsWith(TEMPORARY_PREFIX) && !alive.has(lease);
  });
  return [
    ...unfinished.map((name) => join(repository, 'packs', name)),
    ...tmp.filter((name) => !alive.has(name)).map((name) => join(repository, 'tmp', name)),
  ];
}

function othersAlive(repository: string, ownLease: string): boolean {
  const alive = liveLeases(join(repository, 'leases'));
  alive.delete(ownLease);
  return alive.size > 0;
}

/** Removes packs, their indexes first: a pack without an index does not count. Returns bytes freed. */
async function removePacks(repository: string, packs: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const extensions of [
    [BLOCKS, MOVED],
    [CHUNKS, PACK],
  ]) {
    for (const pack of packs) {
      for (const extension of extensions) {
        bytes += await smallFiles.remove(packPath(repository, pack, extension));
      }
    }
    if (packs.length > 0) await syncDirectory(join(repository, 'packs'));
    faultPoint('repository.prune-index-removed');
  }
  return bytes;
}

function preview(marked: Marked): PruneReport {
  const going = marked.states.filter((state) => state.action !== 'keep');
  return {
    removedPacks: going.length,
    freedBytes: going.reduce((sum, state) => sum + state.deadBytes, 0),
    movedBlocks: going.reduce((sum, state) => sum + (state.action === 'move' ? state.live.length : 0), 0),
    postponed: marked.postponed,
  };
}
