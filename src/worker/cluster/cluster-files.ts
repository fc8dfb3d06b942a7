import { chmod, chown, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import type { ServerAccount } from './server-account.ts';

/** A Postgres cluster that is ours alone. */
export interface PrivateCluster {
  /** Holds the data directory, the log, the description, and the socket unless the path is too long for one. */
  directory: string;
  socketDirectory: string;
  /** In the socket's name, and of TCP if it listens there. */
  port: number;
  binDirectory: string;
  superuser: string;
  /** Address that it listens on; null: Unix socket only. */
  listen: string | null;
}

const description = z.object({
  format: z.literal(1),
  socketDirectory: z.string(),
  port: z.number().int(),
  binDirectory: z.string(),
  superuser: z.string(),
  listen: z.string().nullable(),
});

const descriptionPath = (directory: string): string => join(directory, 'cluster.json');
export const dataDirectory = (directory: string): string => join(directory, 'data');
/** What the server says before it writes its log elsewhere, if it does. */
export const START_LOG = 'start.log';
export const startLog = (directory: string): string => join(directory, START_LOG);

/**
 * Writes a file for the server's account, in one rename: a link that somebody put in its place is replaced, never
 * followed.
 */
export async function writeForAccount(path: string, text: string, account: ServerAccount): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (account !== null) await file.chown(account.uid, account.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/**
 * Makes a folder with mode 0700 for the server's account, or checks that the one which is there is such a folder.
 * @throws PgSnapManError configuration if it belongs to somebody else or is no folder
 */
export async function makePrivateFolder(path: string, account: ServerAccount): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  const allowed = [process.getuid?.(), account?.uid];
  if (!found.isDirectory() || (process.platform !== 'win32' && !allowed.includes(found.uid))) {
    throw new PgSnapManError('configuration', `${path} is not a folder of ours`, 'choose another place, or remove it');
  }
  await chmod(path, 0o700);
  if (account !== null) await chown(path, account.uid, account.gid);
}

export async function saveDescription(cluster: PrivateCluster, account: ServerAccount): Promise<void> {
  const { directory, ...rest } = cluster;
  await writeForAccount(descriptionPath(directory), `${JSON.stringify({ format: 1, ...rest }, null, 2)}\n`, account);
}

/** Null: there is no cluster in this folder. @throws PgSnapManError configuration if it cannot be read */
export async function readDescription(directory: string): Promise<PrivateCluster | null> {
  try {
    const { format: _, ...rest } = description.parse(JSON.parse(await readFile(descriptionPath(directory), 'utf8')));
    await lstat(join(dataDirectory(directory), 'PG_VERSION'));
    return { directory, ...rest };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw new PgSnapManError(
      'configuration',
      `the Postgres cluster in ${directory} cannot be read`,
      'run pgsnapman as the account that made it',
      { cause: error },
    );
  }
}
