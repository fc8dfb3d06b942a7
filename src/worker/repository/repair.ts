import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../core/errors.ts';
import { type ListedFile, parseDumpList } from '../../core/repository/dump-list.ts';
import { syncDirectory } from '../files/durable.ts';
import { BlockCatalog } from './block-catalog.ts';
import { checkRepository } from './check.ts';
import { type DumpPlace, readDocument } from './dump-documents.ts';
import { readManifest } from './dump-folder.ts';
import { writeFileOf } from './materialize.ts';
import type { RepairReport } from './repository.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Where folders of dumps that cannot be restored whole are kept, out of the way of pruning and of new dumps. */
const SET_ASIDE = 'set-aside';

/** Reads everything; sets aside each dump that is hurt, after writing those of its files that can be read. */
export async function repairRepository(
  repository: string,
  pool: ThreadPool,
  options: { exportTo?: string },
): Promise<RepairReport> {
  const { problems } = await checkRepository(repository, pool, { readData: true });
  const reasons = new Map<string, string>();
  for (const { subject, reason, dumps } of problems) {
    for (const folder of dumps) reasons.set(folder, reasons.get(folder) ?? `${subject}: ${reason}`);
  }
  const setAside: RepairReport['setAside'] = [];
  for (const [folder, reason] of reasons) {
    const exported = await exportWhatCan(repository, folder, pool, options.exportTo);
    await mkdir(join(repository, SET_ASIDE), { recursive: true, mode: 0o700 });
    await rename(join(repository, 'dumps', folder), join(repository, SET_ASIDE, folder));
    await syncDirectory(join(repository, 'dumps'));
    setAside.push({ folder, reason, ...exported });
  }
  return { setAside };
}

async function exportWhatCan(
  repository: string,
  folder: string,
  pool: ThreadPool,
  exportTo: string | undefined,
): Promise<{ exportedTo: string | null; lostFiles: string[] }> {
  if (exportTo === undefined) return { exportedTo: null, lostFiles: [] };
  const catalog = new BlockCatalog(repository);
  let place: DumpPlace;
  let files: ListedFile[];
  try {
    const { manifest } = await readManifest(repository, folder);
    place = { repository, folder: `dumps/${folder}`, manifest };
    files = parseDumpList(await readDocument(place, 'list', catalog, pool));
  } catch (error) {
    return { exportedTo: null, lostFiles: [`all: ${errorText(error)}`] };
  }
  const directory = join(exportTo, folder);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lostFiles: string[] = [];
  for (const file of files) {
    await writeFileOf(place, file, join(directory, file.path), catalog, pool).catch(() => lostFiles.push(file.path));
  }
  return { exportedTo: directory, lostFiles };
}
