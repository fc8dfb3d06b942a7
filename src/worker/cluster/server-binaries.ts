import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { compareVersions, parseToolVersion, type ToolVersion } from '../../core/postgres/version.ts';
import { runChild } from '../process/run-child.ts';

export interface ServerBinaries {
  directory: string;
  version: ToolVersion;
}

/** Where packages put server binaries: a folder whose entries have a version in their names, and the path below it. */
const PLACES: readonly { folder: string; entry: RegExp; below: string }[] = [
  { folder: '/usr/lib/postgresql', entry: /^\d+$/, below: 'bin' },
  { folder: '/usr', entry: /^pgsql-\d+$/, below: 'bin' },
  { folder: '/opt/homebrew/opt', entry: /^postgresql@\d+$/, below: 'bin' },
  { folder: '/usr/local/opt', entry: /^postgresql@\d+$/, below: 'bin' },
];

async function candidates(): Promise<string[]> {
  const found: string[] = [];
  for (const { folder, entry, below } of PLACES) {
    const names = await readdir(folder).catch((): string[] => []);
    found.push(...names.filter((name) => entry.test(name)).map((name) => join(folder, name, below)));
  }
  const path = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory.startsWith('/'));
  return [...new Set([...found, '/usr/libexec/postgresql', ...path])];
}

/** The version of the server binaries in a directory; null if `initdb` or `pg_ctl` is not there or does not run. */
async function versionIn(directory: string): Promise<ToolVersion | null> {
  const [initdb, pgCtl] = await Promise.all(
    ['initdb', 'pg_ctl'].map((tool) => runChild({ file: join(directory, tool), args: ['--version'], env: {} })),
  );
  if (initdb?.exitCode !== 0 || pgCtl?.exitCode !== 0) return null;
  try {
    return parseToolVersion(initdb.stdout);
  } catch {
    return null;
  }
}

/** Server binaries of this machine, newest first. */
export async function findServerBinaries(): Promise<ServerBinaries[]> {
  const found: ServerBinaries[] = [];
  for (const directory of await candidates()) {
    const names = await readdir(directory).catch((): string[] => []);
    if (!names.includes('initdb')) continue;
    const version = await versionIn(directory);
    if (version !== null) found.push({ directory, version });
  }
  return found.sort((a, b) => compareVersions(b.version, a.version));
}

/**
 * The newest server binaries, or the newest of one major version.
 * @throws PgSnapManError configuration when there are none
 */
export async function serverBinaries(major?: number): Promise<ServerBinaries> {
  const found = (await findServerBinaries()).find(({ version }) => major === undefined || version.major === major);
  if (found) return found;
  throw new PgSnapManError(
    'configuration',
    `no server binaries of PostgreSQL${major === undefined ? '' : ` ${major}`} found (initdb, pg_ctl)`,
    `install the server package (such as postgresql${major === undefined ? '' : `-${major}`}), or use a catalog on a server by its URL`,
  );
}
