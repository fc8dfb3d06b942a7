import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveFile, archiveFiles, largeObjectLists, TOC_FILE } from '../../core/dump/archive-files.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { parseToc, type Toc } from '../../core/postgres/toc.ts';

export interface Archive {
  toc: Toc;
  /** Every file that must be there. */
  files: ArchiveFile[];
}

/**
 * Reads what a finished dump says of itself.
 * @throws PgSnapManError run_failed when its table of contents or a list of large objects is missing or not complete
 */
export async function readArchive(directory: string): Promise<Archive> {
  const toc = parseToc(await read(directory, TOC_FILE));
  const lists: string[] = [];
  for (const path of largeObjectLists(toc)) lists.push((await read(directory, path)).toString('latin1'));
  return { toc, files: archiveFiles(toc, lists) };
}

async function read(directory: string, path: string): Promise<Buffer> {
  return await readFile(join(directory, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PgSnapManError('run_failed', `file ${path} of the dump is missing`, 'look at the log of the run');
  });
}
