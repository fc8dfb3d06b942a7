import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { faultPoint } from '../fault.ts';
import { syncDirectory, writeDurably } from '../files/durable.ts';
import { liveLeases } from './leases.ts';
import { isFullDisk } from './storage-error.ts';

/** In the folder of a removed dump: the leases that were alive then. What the dump needs stays as long as one of them is. */
const LEASES_FILE = 'leases';

/**
 * Takes a dump out of sight in one rename. Whoever saw it before has a lease that is alive now, so the leases are
 * listed after the rename.
 */
export async function trashDump(repository: string, folder: string): Promise<void> {
  const trashed = join(repository, 'trash', folder);
  await rename(join(repository, 'dumps', folder), trashed);
  await syncDirectory(join(repository, 'dumps'));
  await syncDirectory(join(repository, 'trash'));
  faultPoint('repository.dump-trashed');
  await noteLeases(repository, folder, liveLeases(join(repository, 'leases')));
}

/** Not where there is no room: a dump must be removable then. Without the note every lease that is alive counts. */
async function noteLeases(repository: string, folder: string, leases: ReadonlySet<string>): Promise<void> {
  const note = `${[...leases].join('\n')}\n`;
  await writeDurably(join(repository, 'trash', folder, LEASES_FILE), note).catch((error: unknown) => {
    if (!isFullDisk(error)) throw error;
  });
}

/** True if a reader or writer that may have seen this removed dump is still at work. */
export async function isTrashInUse(repository: string, folder: string, alive: ReadonlySet<string>): Promise<boolean> {
  const text = await readFile(join(repository, 'trash', folder, LEASES_FILE), 'utf8').catch(() => null);
  if (text === null) await noteLeases(repository, folder, alive); // whoever removed it died before it could
  const noted = text === null ? [...alive] : text.split('\n');
  return noted.some((id) => alive.has(id));
}
