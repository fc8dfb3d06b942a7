import { conninfoValue } from '../connection/connection-settings.ts';
import type { DumpJob, DumpType } from '../model/configuration.ts';
import type { Command } from '../postgres/command.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';

/** The one file of such a dump. */
export const CLUSTER_FILE = 'cluster.sql';

export interface ClusterCommandInput {
  /** Absolute path of pg_dumpall. */
  pgDumpall: string;
  job: Pick<DumpJob, 'dump_type' | 'options'>;
  /** Exact names of databases that are not dumped. */
  exclude: readonly string[];
  /** Password hashes of roles: only a role that may read pg_authid can dump them. */
  passwords: boolean;
  lockWaitTimeoutMs: number;
  /** Variables that say where to connect. */
  connection: Readonly<Record<string, string>>;
  /** Database to read roles and tablespaces from. */
  maintenanceDb: string;
  applicationName: string;
}

/** True for a dump of all databases, roles and tablespaces of an instance. */
export function isClusterDump({ dump_type }: { dump_type: DumpType }): boolean {
  return dump_type === 'cluster' || dump_type === 'cluster_schema';
}

/**
 * The command line of pg_dumpall, which writes one stream of SQL to its standard output. A bare `a=b` would be read as a
 * connection string, so the database comes as one.
 */
export function clusterCommand(input: ClusterCommandInput): Command {
  const { job, connection } = input;
  const args = [
    `--database=dbname=${conninfoValue(input.maintenanceDb)}`,
    `--lock-wait-timeout=${input.lockWaitTimeoutMs}`,
    '--no-password',
    '--verbose',
    ...(job.dump_type === 'cluster_schema' ? ['--schema-only'] : []),
    ...(input.passwords ? [] : ['--no-role-passwords']),
    ...input.exclude.map((name) => `--exclude-database=${quoteIdentifier(name)}`),
    ...job.options,
  ];
  const { PGDATABASE: _, ...where } = connection;
  const options = [connection.PGOPTIONS, '-c bytea_output=hex'].filter((part) => part !== undefined && part !== '');
  return {
    file: input.pgDumpall,
    args,
    env: { ...where, PGAPPNAME: input.applicationName, PGOPTIONS: options.join(' ') },
  };
}
