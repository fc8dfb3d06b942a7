import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Files that are being written begin with this; whoever lists a folder leaves them out. */
export const TEMPORARY_PREFIX = '.tmp-';

export interface WriteOptions {
  mode?: number;
  /** Called when everything is written and synced, just before the rename that makes it visible. */
  beforeRename?: () => void;
}

/**
 * Writes a file so that a reader sees the old content or the new one, whole, whatever dies when: a temporary file beside
 * it, fsync, rename, fsync of the folder.
 */
export async function writeDurably(path: string, data: string | Uint8Array, options: WriteOptions = {}): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${TEMPORARY_PREFIX}${basename(path)}-${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx', options.mode ?? 0o600);
    await closing(handle, async () => {
      await handle.writeFile(data);
      await handle.sync();
    });
    options.beforeRename?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(folder);
}

/** Removes a file for good; one that is gone already is no error. */
export async function removeDurably(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes renames and removals in a folder durable. Windows cannot open folders, and does not need it. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  await closing(handle, () => handle.sync());
}

async function closing(handle: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await handle.close();
  }
}
