import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lock, tryLock, withLock } from '../lock/lock.ts';

/** Where one writer puts what is not visible yet: `tmp/<uuid>/`. */
export interface WriterFolder {
  path: string;
  /** Removes the folder and drops its lock. */
  remove(): Promise<void>;
}

const LOCK_FILE = 'lock';
const SWEEP_LOCK_TIMEOUT_MS = 30_000;

/**
 * Makes the folder of a writer and holds a lock in it for as long as the writer lives. Folders of writers that died are
 * removed on the way: their locks are free. All of that under one lock, so that no folder is seen before it is locked.
 */
export async function openWriterFolder(repository: string, uuid: string): Promise<WriterFolder> {
  const parent = join(repository, 'tmp');
  return await withLock(join(parent, LOCK_FILE), SWEEP_LOCK_TIMEOUT_MS, async () => {
    await removeDeadFolders(parent);
    const path = join(parent, uuid);
    await mkdir(path, { mode: 0o700 });
    const lock = tryLock(join(path, LOCK_FILE));
    return { path, remove: () => removeFolder(path, lock) };
  });
}

async function removeDeadFolders(parent: string): Promise<void> {
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(parent, entry.name);
    const lock = tryLock(join(path, LOCK_FILE));
    if (lock !== null) await removeFolder(path, lock);
  }
}

async function removeFolder(path: string, lock: Lock | null): Promise<void> {
  await rm(path, { recursive: true, force: true });
  lock?.release();
}
