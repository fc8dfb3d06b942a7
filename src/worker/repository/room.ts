import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFiles } from '../files/small-files.ts';

/** Sizes of all files under a folder, added up; files that vanish meanwhile do not count. */
export async function treeBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await treeBytes(path);
    else if (entry.isFile()) bytes += await smallFiles.size(path);
  }
  return bytes;
}

/** Room that an ordinary account can still use on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
