import { lstat, readdir } from 'node:fs/promises';
import { PgSnapManError } from '../../../core/errors.ts';
import { MOST_FILES } from '../../../core/script/output-files.ts';

/** A file below a folder: its name from there on, as bytes, because any bytes can be in it. */
export interface OutputFile {
  name: Buffer;
  path: Buffer;
  sizeBytes: number;
}

const SLASH = Buffer.from('/');

/**
 * All files below a folder, in the order of their bytes.
 * @throws PgSnapManError run_failed for anything that is neither a file nor a folder: symbolic links would lead out of it,
 * and a pipe or a device has no end
 */
export async function outputTree(root: string): Promise<OutputFile[]> {
  const files: OutputFile[] = [];
  const walk = async (folder: Buffer, prefix: Buffer): Promise<void> => {
    for (const entry of (await readdir(folder, { encoding: 'buffer' })).sort(Buffer.compare)) {
      const path = Buffer.concat([folder, SLASH, entry]);
      const name = Buffer.concat([prefix, entry]);
      const stat = await lstat(path);
      if (stat.isDirectory()) await walk(path, Buffer.concat([name, SLASH]));
      else if (stat.isFile()) files.push({ name, path, sizeBytes: stat.size });
      else throw refused(name, stat.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder');
      if (files.length > MOST_FILES) throw tooMany();
    }
  };
  await requireFolder(root);
  await walk(Buffer.from(root), Buffer.alloc(0));
  return files;
}

/** Nothing is changed, or even looked at, behind a link that a script has put in the place of its folder. */
async function requireFolder(root: string): Promise<void> {
  const stat = await lstat(root).catch(() => null);
  if (stat?.isDirectory()) return;
  const text = 'the script has put something else in the place of its output folder';
  throw new PgSnapManError('run_failed', text, 'it has to write into the folder that PGSNAPMAN_OUTPUT names');
}

/** Bytes below a folder, as far as can be seen while somebody writes there. */
export async function bytesBelow(folder: string | Buffer): Promise<number> {
  const base = Buffer.from(folder);
  let bytes = 0;
  for (const entry of await readdir(base, { encoding: 'buffer' }).catch(() => [])) {
    const path = Buffer.concat([base, SLASH, entry]);
    const stat = await lstat(path).catch(() => null);
    if (stat?.isDirectory()) bytes += await bytesBelow(path);
    else if (stat?.isFile()) bytes += stat.size;
  }
  return bytes;
}

function refused(name: Buffer, what: string): PgSnapManError {
  const text = `the output of the script has ${JSON.stringify(name.toString('utf8'))}, which is ${what}`;
  return new PgSnapManError('run_failed', text, 'a script dump takes files only; put anything else into an archive');
}

function tooMany(): PgSnapManError {
  const text = `the output of the script has more than ${MOST_FILES} files`;
  return new PgSnapManError('run_failed', text, 'put them into an archive, such as a tar file');
}
