import { basename } from 'node:path';
import { DamagedDumpError, PgSnapManError } from '../../core/errors.ts';
import { smallFiles } from '../files/small-files.ts';

/** What reading a file says when the file is not what it was; anything else says something of the reader. */
const DAMAGE: readonly string[] = ['EIO', 'EISDIR', 'ENOTDIR', 'ELOOP'];

/** A file that cannot be read for lack of rights, open files or memory: that says nothing of the dump. */
export class UnreadableNowError extends PgSnapManError {
  constructor(folder: string, why: string) {
    const text = `dump ${basename(folder)} in the repository cannot be read now: ${why}`;
    super('run_failed', text, 'it need not be damaged; look at the rights and limits of the account');
  }
}

/** @param folder path of the dump's folder, or its name */
export function damagedDump(folder: string, why: string): DamagedDumpError {
  return new DamagedDumpError(`dump ${basename(folder)} in the repository cannot be used: ${why}`, 'use another dump');
}

/**
 * Reads a small file of a dump.
 * @param what the file's name in the sentence
 * @throws DamagedDumpError when it is missing or the disk does not give it, UnreadableNowError
 */
export async function readFileOfDump(path: string, folder: string, what: string): Promise<Buffer> {
  return smallFiles.read(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw damagedDump(folder, `${what} is missing`);
    if (DAMAGE.includes(error.code ?? '')) throw damagedDump(folder, `${what}: ${error.code}`);
    throw new UnreadableNowError(folder, `${what}: ${error.code}`);
  });
}
