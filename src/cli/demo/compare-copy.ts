import { isDeepStrictEqual } from 'node:util';
import { catalogConnection, libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { connectionSources } from '../../sql/connection-sources.ts';
import { clusterUrl, type PrivateCluster } from '../../worker/cluster/private-cluster.ts';
import { runChild } from '../../worker/process/run-child.ts';
import type { ToolSet } from '../../worker/tools/find-tools.ts';
import { asSuperuser } from './demo-clusters.ts';

interface Side {
  cluster: PrivateCluster;
  dbname: string;
}

/**
 * Compares a copy with its source, which has not changed since: the structure as pg_dump writes it, and what a database
 * itself has. Rows were counted by the restore. @throws PgSnapManError run_failed if something differs
 */
export async function compareCopy(source: Side, copy: Side, tools: ToolSet): Promise<{ text: string }> {
  const [structure, copiedStructure] = [await structureOf(source, tools), await structureOf(copy, tools)];
  if (structure !== copiedStructure) throw differs('structure');
  if (!isDeepStrictEqual(await propertiesOf(source), await propertiesOf(copy)))
    throw differs('owner, rights or settings');
  const lines = structure.split('\n').length;
  return {
    text: `copy compared: pg_dump writes the same ${lines} lines of structure; owner, rights and settings are the same too`,
  };
}

function differs(what: string): PgSnapManError {
  return new PgSnapManError(
    'run_failed',
    `the copy has another ${what} than its source`,
    'this is a bug, please report it',
  );
}

async function structureOf({ cluster, dbname }: Side, tools: ToolSet): Promise<string> {
  const env = libpqEnvironment(catalogConnection(clusterUrl(cluster, dbname), connectionSources({})));
  const result = await runChild({ file: tools.pgDump, args: ['--schema-only', '--no-password'], env });
  if (result.exitCode !== 0) {
    throw new PgSnapManError('run_failed', `pg_dump failed: ${result.stderrTail.at(-1) ?? 'no reason given'}`);
  }
  return result.stdout.split('\n').map(withoutChance).join('\n');
}

/** What may differ between two runs of pg_dump: the key of \restrict, and the order of the roles of a policy. */
function withoutChance(line: string): string {
  if (/^\\(un)?restrict /.test(line)) return '';
  return line.replace(
    /^(CREATE POLICY .* TO )(.*?)( USING | WITH CHECK |;)/,
    (_, before: string, roles: string, after: string) => `${before}${roles.split(', ').sort().join(', ')}${after}`,
  );
}

async function propertiesOf({ cluster, dbname }: Side): Promise<unknown> {
  return asSuperuser(cluster, dbname, (connection) =>
    connection.rows(
      `select pg_catalog.pg_get_userbyid(d.datdba) as owner, d.datconnlimit as connection_limit,
        pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
        array(select a::text from unnest(d.datacl) as a order by 1) as rights,
        array(select coalesce(r.rolname, '') || ': ' || s.setconfig::text from pg_catalog.pg_db_role_setting as s
          left join pg_catalog.pg_roles as r on r.oid = s.setrole where s.setdatabase = d.oid order by 1) as settings
       from pg_catalog.pg_database as d where d.datname = current_database()`,
    ),
  );
}
