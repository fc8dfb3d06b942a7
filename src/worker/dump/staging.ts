import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { COPY_END_BYTES, isCompleteCopy } from '../../core/dump/complete-copy.ts';
import { finishedLargeObjects } from '../../core/dump/large-object-list.ts';

export interface StagedFile {
  path: string;
  sizeBytes: number;
}

/** Files of the directory that pg_dump writes; none while there is no directory. */
export async function stagedFiles(directory: string): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  for (const path of await readdir(directory).catch(() => [])) {
    const found = await stat(join(directory, path)).catch(() => null);
    if (found?.isFile()) files.push({ path, sizeBytes: found.size });
  }
  return files;
}

export const bytesOf = (files: readonly StagedFile[]): number => files.reduce((sum, file) => sum + file.sizeBytes, 0);

/** True if a table's data file is there and ends as only a complete one does. */
export async function isCompleteTableFile(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, COPY_END_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return isCompleteCopy(buffer.subarray(0, bytesRead));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/** Names of large objects' files that a list in the directory says to be complete. */
export async function completeLargeObjects(directory: string, list: string): Promise<string[]> {
  return finishedLargeObjects(await readFile(join(directory, list), 'latin1').catch(() => ''));
}
