import { access, constants, readdir, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { chooseTools, type ToolSet } from '../../core/postgres/tool-choice.ts';
import { parseToolVersion, type ToolVersion, versionOfNumber } from '../../core/postgres/version.ts';
import { runChild } from '../process/run-child.ts';

export type { ToolSet } from '../../core/postgres/tool-choice.ts';

/** Folders that hold a folder per version, and what of it holds the programs. */
const VERSION_FOLDERS: readonly { parent: string; child: RegExp; bin: string }[] = [
  { parent: '/usr/lib/postgresql', child: /^\d+$/, bin: 'bin' },
  { parent: '/usr', child: /^pgsql-\d+$/, bin: 'bin' },
  { parent: '/usr/libexec', child: /^postgresql\d+$/, bin: '.' },
  { parent: '/opt/homebrew/opt', child: /^(postgresql(@\d+)?|libpq)$/, bin: 'bin' },
  { parent: '/usr/local/opt', child: /^(postgresql(@\d+)?|libpq)$/, bin: 'bin' },
  { parent: '/home/linuxbrew/.linuxbrew/opt', child: /^(postgresql(@\d+)?|libpq)$/, bin: 'bin' },
  { parent: '/Applications/Postgres.app/Contents/Versions', child: /^\d+$/, bin: 'bin' },
  { parent: 'C:\\Program Files\\PostgreSQL', child: /^\d+$/, bin: 'bin' },
];

export interface FindToolsOptions {
  /** Configured folders, absolute; searched first. */
  binDirectories?: readonly string[];
}

/**
 * Finds the installed sets of Postgres client programs: in the configured folders, the usual places, and PATH. A folder
 * counts if it holds pg_dump, pg_restore, psql and pg_dumpall, and pg_dump says its version; each real folder once.
 * Newest version first.
 */
export async function findTools(options: FindToolsOptions = {}): Promise<ToolSet[]> {
  const folders = [
    ...(options.binDirectories ?? []),
    ...(await usualFolders()),
    ...pathFolders(process.env.PATH ?? ''),
  ];
  const seen = new Set<string>();
  const found: ToolSet[] = [];
  for (const folder of folders) {
    const real = await realpath(folder).catch(() => null);
    if (real === null || seen.has(real)) continue;
    seen.add(real);
    const set = await toolsIn(folder);
    if (set !== null) found.push(set);
  }
  return found.sort((a, b) => b.version.num - a.version.num);
}

/**
 * The set for a server of this version (see chooseTools).
 * @throws PgSnapManError configuration naming the version that is needed
 */
export function toolsFor(serverVersionNum: number, found: readonly ToolSet[]): ToolSet {
  const chosen = chooseTools(found, serverVersionNum);
  if (chosen !== null) return chosen;
  const needed = versionOfNumber(serverVersionNum).major;
  const newest = found[0]?.version.text;
  throw new PgSnapManError(
    'configuration',
    newest === undefined
      ? `no Postgres client programs were found, and the server needs version ${needed} or newer`
      : `the newest pg_dump here is ${newest}, but the server needs version ${needed} or newer`,
    `install the Postgres client programs of version ${needed} (Debian: postgresql-client-${needed}), or name their folder in tools.bin_directories`,
  );
}

async function usualFolders(): Promise<string[]> {
  const folders: string[] = [];
  for (const { parent, child, bin } of VERSION_FOLDERS) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.sort().reverse()) if (child.test(name)) folders.push(join(parent, name, bin));
  }
  return folders;
}

function pathFolders(path: string): string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

async function toolsIn(directory: string): Promise<ToolSet | null> {
  // Debian's /usr/bin/pg_dump is a wrapper that chooses a version by files of the account: not a version of its own.
  if ((await realpath(join(directory, 'pg_dump')).catch(() => '')).endsWith('pg_wrapper')) return null;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(directory, `${name}${suffix}`);
  const set = {
    directory,
    pgDump: program('pg_dump'),
    pgRestore: program('pg_restore'),
    psql: program('psql'),
    pgDumpall: program('pg_dumpall'),
  };
  for (const file of [set.pgDump, set.pgRestore, set.psql, set.pgDumpall]) {
    if (!(await isExecutable(file))) return null;
  }
  const version = await versionOf(set.pgDump);
  return version === null ? null : { version, ...set };
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(pgDump: string): Promise<ToolVersion | null> {
  const { exitCode, stdout } = await runChild({ file: pgDump, args: ['--version'], env: {} });
  if (exitCode !== 0) return null;
  try {
    return parseToolVersion(stdout);
  } catch {
    return null;
  }
}
