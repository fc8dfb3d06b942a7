import type { ConnectionSettings } from '../connection/connection-settings.ts';
import { conninfoValue, libpqEnvironment } from '../connection/connection-settings.ts';
import type { Command } from '../postgres/command.ts';
import type { Section } from './restore-progress.ts';

export interface RestoreCommandOptions {
  /** Absolute path of pg_restore. */
  pgRestore: string;
  /** Of the staging database. */
  connection: ConnectionSettings;
  applicationName: string;
  section: Section;
  jobs: number;
  /** Absolute paths. */
  directory: string;
  listPath: string;
  withRoles: boolean;
  withTablespaces: boolean;
  /** The job's own options, from the allow-list. */
  options: readonly string[];
  serverVersionNum: number;
  /** What the target has by itself; a lower value is never set. */
  maintenanceWorkMemKib: number;
}

/**
 * One section of an archive into the staging database. Errors do not end it: they are read and judged one by one.
 * Pre-data is restored by one session anyway, so it is only told to use several for the rest.
 */
export function restoreCommand(options: RestoreCommandOptions): Command {
  const { connection, section, jobs } = options;
  const env = libpqEnvironment(connection);
  return {
    file: options.pgRestore,
    args: [
      `--section=${section}`,
      `--jobs=${section === 'pre-data' ? 1 : jobs}`,
      `--use-list=${options.listPath}`,
      '--verbose',
      '--no-password',
      ...(options.withRoles ? [] : ['--no-owner', '--no-privileges']),
      ...(options.withTablespaces ? [] : ['--no-tablespaces']),
      ...options.options,
      `--dbname=dbname=${conninfoValue(connection.dbname)}`,
      options.directory,
    ],
    env: {
      ...env,
      PGAPPNAME: options.applicationName,
      PGOPTIONS: [env.PGOPTIONS, sessionOptions(options)].filter(Boolean).join(' '),
    },
  };
}

const MOST_MEMORY_KIB = 512 * 1024;
const SHARED_MEMORY_KIB = 1024 * 1024;

/**
 * Settings of pg_restore's sessions alone: faster, and free of what the target's role or server may be set to. Losing
 * the last commits in a crash costs nothing, as the database has not got its name yet.
 */
function sessionOptions({ jobs, serverVersionNum, maintenanceWorkMemKib }: RestoreCommandOptions): string {
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
