import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import { syncDirectory } from '../files/durable.ts';
import { BlockCatalog } from './block-catalog.ts';
import { checkRepository } from './check.ts';
import { UnreadableNowError } from './damaged-dump.ts';
import { type DumpPlace, readDocument } from './dump-documents.ts';
import { readManifest } from './dump-folder.ts';
import { writeFileOf } from './materialize.ts';
import { rebuildIndexes } from './rebuild-indexes.ts';
import type { RepairReport } from './repository.ts';
import { storageError } from './storage-error.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Where folders of dumps that cannot be restored whole are kept, out of the way of pruning and of new dumps. */
const SET_ASIDE = 'set-aside';

/**
 * Writes lost indexes anew, reads everything; sets aside each dump that is hurt, after writing those of its files that can be read: into
 * `exportTo`, else beside the folder that was set aside. If they cannot be written, the dump stays where it is.
 */
export async function repairRepository(
  repository: string,
  pool: ThreadPool,
  options: { exportTo?: string },
): Promise<Omit<RepairReport, 'rewrittenFiles'>> {
  const rebuiltIndexes = await rebuildIndexes(repository);
  const { problems } = await checkRepository(repository, pool, { readData: true });
  const reasons = new Map<string, string>();
  for (const { subject, reason, dumps } of problems) {
    for (const folder of dumps) reasons.set(folder, reasons.get(folder) ?? `${subject}: ${reason}`);
  }
  const setAside: RepairReport['setAside'] = [];
  for (const [folder, reason] of reasons) {
    await mkdir(join(repository, SET_ASIDE), { recursive: true, mode: 0o700 });
    const exportTo =
      options.exportTo === undefined ? join(repository, SET_ASIDE, `${folder}.files`) : join(options.exportTo, folder);
    const exported = await exportWhatCan(repository, folder, pool, exportTo).catch((error: unknown) => {
      throw storageError(error, `exporting what can be read of dump ${folder}`);
    });
    await rename(join(repository, 'dumps', folder), join(repository, SET_ASIDE, folder));
    await syncDirectory(join(repository, 'dumps'));
    setAside.push({ folder, reason, ...exported });
  }
  return { rebuiltIndexes, setAside };
}

async function exportWhatCan(
  repository: string,
  folder: string,
  pool: ThreadPool,
  directory: string,
): Promise<{ exportedTo: string | null; lostFiles: string[] }> {
  const catalog = new BlockCatalog(repository);
  let place: DumpPlace;
  let files: ListedFile[];
  try {
    const { manifest } = await readManifest(repository, folder);
    place = { repository, folder: `dumps/${folder}`, manifest };
    files = parseDumpList(await readDocument(place, 'list', catalog, pool));
  } catch (error) {
    if (error instanceof UnreadableNowError) throw error;
    return { exportedTo: null, lostFiles: [`all: ${errorText(error)}`] };
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lostFiles: string[] = [];
  for (const file of files) {
    const path = join(directory, file.path);
    await writeFileOf(place, file, path, catalog, pool).catch(async (error: unknown) => {
      if (!(error instanceof PgSnapManError)) throw error;
      lostFiles.push(file.path);
      await rm(path, { force: true });
    });
  }
  return { exportedTo: directory, lostFiles };
}
