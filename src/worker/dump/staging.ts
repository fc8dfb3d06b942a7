import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

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
