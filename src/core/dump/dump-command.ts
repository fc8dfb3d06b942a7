import { isClusterDump } from '../cluster-dump/cluster-command.ts';
import { PgSnapManError } from '../errors.ts';
import type { DumpJob } from '../model/configuration.ts';
import type { Command } from '../postgres/command.ts';
import { parseQualifiedName, qualifiedName, quoteIdentifier } from '../postgres/identifiers.ts';
import { CLUSTER_DUMP_OPTIONS, checkOptions, DUMP_OPTIONS } from '../postgres/options.ts';
import { isScriptDump } from '../script/script-dump.ts';

export interface DumpCommandInput {
  /** Absolute path of pg_dump. */
  pgDump: string;
  job: Pick<DumpJob, 'dump_type' | 'schemas' | 'tables' | 'options'>;
  /** Exact tables to dump: the job's and what belongs to them (partitions). */
  tables: readonly { schema: string; name: string }[];
  /** Encoding of the database, by Postgres's name for it. */
  encoding: string;
  /** Tables at a time. */
  jobs: number;
  /** Where to write; must not exist, or be empty. */
  directory: string;
  /** Identifier of the exported snapshot. */
  snapshot: string;
  lockWaitTimeoutMs: number;
  /** Variables that say where to connect, the database among them. */
  connection: Readonly<Record<string, string>>;
  applicationName: string;
}

const TYPE_OPTIONS = { full: [], schema: ['--schema-only'], data: ['--data-only'] } as const;

/** Name under which the sessions of a run are seen on the server; by it they are found again after a crash. */
export function applicationNameOf(uuid: string): string {
  return `pgsnapman ${uuid}`;
}

/**
 * Refuses a job that this version cannot take, before anything happens.
 * @throws PgSnapManError usage
 */
export function checkDumpJob(job: DumpCommandInput['job']): void {
  if (isScriptDump(job)) {
    if (job.options.length === 0) return;
    throw new PgSnapManError('usage', 'a script has no options', 'take the options out of the job');
  }
  if (job.schemas.length > 0 && job.tables.length > 0) {
    throw new PgSnapManError(
      'usage',
      'a dump job cannot choose both schemas and tables: pg_dump would leave the schemas out',
      'make two jobs, or name the tables only',
    );
  }
  checkOptions(job.options, isClusterDump(job) ? CLUSTER_DUMP_OPTIONS : DUMP_OPTIONS);
  for (const table of job.tables) parseQualifiedName(table);
}

/**
 * The command line of pg_dump for a job that `checkDumpJob` let pass. Names of schemas and tables are quoted, because
 * pg_dump takes patterns; the database comes by PGDATABASE, because a bare `a=b` would be read as a connection string.
 * No sync: the files are read into the repository, which syncs what it writes.
 */
export function dumpCommand(input: DumpCommandInput): Command {
  const { job, connection } = input;
  const schemas = job.schemas.map((name) => `--schema=${quoteIdentifier(name)}`);
  const tables = input.tables.map(({ schema, name }) => `--table=${qualifiedName(schema, name)}`);
  const chosen = [...schemas, ...tables];
  const args = [
    '--format=directory',
    `--file=${input.directory}`,
    '--compress=0',
    `--jobs=${input.jobs}`,
    `--lock-wait-timeout=${input.lockWaitTimeoutMs}`,
    '--no-password',
    '--no-sync',
    '--verbose',
    `--snapshot=${input.snapshot}`,
    ...(TYPE_OPTIONS[job.dump_type as keyof typeof TYPE_OPTIONS] ?? []),
    ...(chosen.length > 0 ? ['--strict-names', ...namesInUtf8(chosen, input.encoding), ...chosen] : []),
    ...job.options,
  ];
  const options = [connection.PGOPTIONS, '-c bytea_output=hex'].filter((part) => part !== undefined && part !== '');
  const env = { ...connection, PGAPPNAME: input.applicationName, PGOPTIONS: options.join(' ') };
  return { file: input.pgDump, args, env };
}

/**
 * pg_dump takes its arguments for text in the encoding of the database, and ours are UTF-8. Where that matters the dump is
 * written in UTF-8, which a restore converts back.
 */
function namesInUtf8(chosen: readonly string[], encoding: string): string[] {
  const matters = encoding !== 'UTF8' && encoding !== 'SQL_ASCII' && chosen.some((name) => /[^\x00-\x7f]/.test(name));
  return matters ? ['--encoding=UTF8'] : [];
}
