import type { ConnectionSettings } from '../connection/connection-settings.ts';
import { conninfoValue, libpqEnvironment } from '../connection/connection-settings.ts';
import type { Command } from '../postgres/command.ts';
import type { Section } from './restore-progress.ts';

/** What is taken from the archive, and how. */
interface ArchiveOptions {
  /** Absolute path of pg_restore. */
  pgRestore: string;
  /** Absolute paths. */
  directory: string;
  listPath: string;
  withRoles: boolean;
  withTablespaces: boolean;
  /** The job's own options, from the allow-list. */
  options: readonly string[];
}

/** The sessions on the target. */
interface SessionOptions {
  /** Of the database that is restored into. */
  connection: ConnectionSettings;
  applicationName: string;
  jobs: number;
  serverVersionNum: number;
  /** What the target has by itself; a lower value is never set. */
  maintenanceWorkMemKib: number;
}

export interface RestoreCommandOptions extends ArchiveOptions, SessionOptions {
  section: Section;
}

/**
 * One section of an archive into the staging database. Errors do not end it: they are read and judged one by one.
 * Pre-data is restored by one session anyway, so it is only told to use several for the rest.
 */
export function restoreCommand(options: RestoreCommandOptions): Command {
  const { connection, section, jobs } = options;
  return {
    file: options.pgRestore,
    args: [
      `--section=${section}`,
      `--jobs=${section === 'pre-data' ? 1 : jobs}`,
      '--no-password',
      ...archiveArguments(options),
      `--dbname=dbname=${conninfoValue(connection.dbname)}`,
      options.directory,
    ],
    env: sessionEnvironment(options),
  };
}

/** The listed entries of an archive as a script on standard output, for psql. */
export function scriptCommand(options: ArchiveOptions): Command {
  return { file: options.pgRestore, args: [...archiveArguments(options), '--file=-', options.directory], env: {} };
}

/** psql that runs a script from standard input and ends at the first error. */
export function psqlCommand(psql: string, options: SessionOptions): Command {
  const { connection } = options;
  return {
    file: psql,
    args: [
      '--no-psqlrc',
      '--quiet',
      '--no-align',
      '--tuples-only',
      '--set=ON_ERROR_STOP=1',
      '--no-password',
      `--dbname=dbname=${conninfoValue(connection.dbname)}`,
      '--file=-',
    ],
    env: sessionEnvironment(options),
  };
}

/** psql that runs what pg_dumpall wrote, to its end whatever fails, and says with each error what failed. */
export function clusterPsqlCommand(psql: string, options: SessionOptions): Command {
  const command = psqlCommand(psql, options);
  const args = command.args.map((arg) => (arg === '--set=ON_ERROR_STOP=1' ? '--set=ON_ERROR_STOP=0' : arg));
  return { ...command, args: ['--echo-errors', ...args] };
}

function archiveArguments({ listPath, withRoles, withTablespaces, options }: ArchiveOptions): string[] {
  return [
    `--use-list=${listPath}`,
    '--verbose',
    ...(withRoles ? [] : ['--no-owner', '--no-privileges']),
    ...(withTablespaces ? [] : ['--no-tablespaces']),
    ...options,
  ];
}

function sessionEnvironment(options: SessionOptions): Record<string, string> {
  const env = libpqEnvironment(options.connection);
  return {
    ...env,
    PGAPPNAME: options.applicationName,
    PGOPTIONS: [env.PGOPTIONS, sessionOptions(options)].filter(Boolean).join(' '),
  };
}

const MOST_MEMORY_KIB = 512 * 1024;
const SHARED_MEMORY_KIB = 1024 * 1024;

/**
 * Settings of pg_restore's sessions alone: faster, and free of what the target's role or server may be set to. Losing
 * the last commits in a crash costs nothing, as the database has not got its name yet.
 */
function sessionOptions({ jobs, serverVersionNum, maintenanceWorkMemKib }: SessionOptions): string {
  const memory = Math.max(maintenanceWorkMemKib, Math.min(MOST_MEMORY_KIB, Math.floor(SHARED_MEMORY_KIB / jobs)));
  const settings: Record<string, string> = {
    synchronous_commit: 'off',
    maintenance_work_mem: `${memory}kB`,
    default_transaction_read_only: 'off',
    DateStyle: 'ISO',
    IntervalStyle: 'postgres',
  };
  if (serverVersionNum >= 110_000) settings.max_parallel_maintenance_workers = jobs >= 4 ? '1' : '2';
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}
