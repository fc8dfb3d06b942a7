import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COPY_END_BYTES, isCompleteCopy } from '../../core/dump/complete-copy.ts';
import { finishedLargeObjects } from '../../core/dump/large-object-list.ts';
import { smallFiles } from '../files/small-files.ts';

export interface StagedFile {
  path: string;
  sizeBytes: number;
}

/** Files of the directory that pg_dump writes; none while there is no directory. */
export async function stagedFiles(directory: string): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  for (const path of await readdir(directory).catch(() => [])) {
    const sizeBytes = await smallFiles.sizeOfFile(join(directory, path));
    if (sizeBytes !== null) files.push({ path, sizeBytes });
  }
  return files;
}

export const bytesOf = (files: readonly StagedFile[]): number => files.reduce((sum, file) => sum + file.sizeBytes, 0);

/** True if a table's data file is there and ends as only a complete one does. Asked for every table, so done at once. */
export function isCompleteTableFile(path: string): boolean {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, COPY_END_BYTES));
    return isCompleteCopy(end.subarray(0, readSync(file, end, 0, end.length, size - end.length)));
  } catch {
    return false;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Names of large objects' files that a list in the directory says to be complete. */
export async function completeLargeObjects(directory: string, list: string): Promise<string[]> {
  return finishedLargeObjects(await readFile(join(directory, list), 'latin1').catch(() => ''));
}
