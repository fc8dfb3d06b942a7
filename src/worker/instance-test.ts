import {
  type ConnectionSettings,
  instanceConnection,
  libpqEnvironment,
} from '../core/connection/connection-settings.ts';
import { errorText, PgSnapManError } from '../core/errors.ts';
import type { Instance } from '../core/model/configuration.ts';
import { type Connection, connect } from '../sql/connection.ts';
import { connectionSources } from '../sql/connection-sources.ts';
import { type DatabaseSummary, listDatabases } from '../sql/instance/list-databases.ts';
import { runChild } from './process/run-child.ts';
import { findTools, type ToolSet, toolsFor } from './tools/find-tools.ts';

export interface InstanceFinding {
  check: string;
  level: 'ok' | 'warning' | 'error';
  text: string;
  hint: string | null;
}

const finding = (
  check: string,
  level: InstanceFinding['level'],
  text: string,
  hint: string | null = null,
): InstanceFinding => ({ check, level, text, hint });

const failure = (check: string, error: unknown): InstanceFinding =>
  finding(check, 'error', errorText(error), error instanceof PgSnapManError ? (error.hint ?? null) : null);

/** Databases that the instance has now. @throws ConnectionError */
export async function readDatabases(instance: Instance): Promise<DatabaseSummary[]> {
  const connection = await connect(instanceConnection(instance, null, connectionSources()));
  try {
    return await listDatabases(connection);
  } finally {
    await connection.close();
  }
}

/**
 * Connects to an instance in both ways that matter: as pgsnapman itself does, and as libpq does in the Postgres tools.
 * Says what was found; never throws for what is wrong with the instance.
 */
export async function testInstance(instance: Instance, binDirectories: readonly string[]): Promise<InstanceFinding[]> {
  const settings = instanceConnection(instance, null, connectionSources());
  const found = await findTools({ binDirectories: [...binDirectories] });
  const { findings, versionNum } = await askServer(settings);
  const tools = chooseTools(found, versionNum);
  return [...findings, ...tools.findings, ...(tools.chosen === null ? [] : [await askByPsql(settings, tools.chosen)])];
}

async function askServer(
  settings: ConnectionSettings,
): Promise<{ findings: InstanceFinding[]; versionNum: number | null }> {
  let connection: Connection;
  try {
    connection = await connect(settings);
  } catch (error) {
    return { findings: [failure('connection', error)], versionNum: null };
  }
  try {
    const findings = [finding('connection', 'ok', `connected as ${settings.user}, server ${connection.serverVersion}`)];
    return { findings: [...findings, await askRights(connection)], versionNum: connection.serverVersionNum };
  } catch (error) {
    return { findings: [failure('connection', error)], versionNum: connection.serverVersionNum };
  } finally {
    await connection.close();
  }
}

/** Tools for the server's version; without a connection the newest, so that libpq can say what it thinks. */
function chooseTools(
  found: readonly ToolSet[],
  versionNum: number | null,
): { findings: InstanceFinding[]; chosen: ToolSet | null } {
  if (versionNum === null) return { findings: [], chosen: found[0] ?? null };
  try {
    const chosen = toolsFor(versionNum, [...found]);
    return { findings: [finding('tools', 'ok', `pg_dump ${chosen.version.text} in ${chosen.directory} fits`)], chosen };
  } catch (error) {
    return { findings: [failure('tools', error)], chosen: null };
  }
}

async function askByPsql(settings: ConnectionSettings, tools: ToolSet): Promise<InstanceFinding> {
  const result = await runChild({
    file: tools.psql,
    args: ['--no-psqlrc', '--no-password', '--tuples-only', '--no-align', '--command', 'select 1'],
    env: libpqEnvironment(settings),
  });
  if (result.exitCode === 0 && result.stdout.trim() === '1') {
    return finding('tools connect', 'ok', 'psql connects in the same way');
  }
  const reason = result.stderrTail.at(-1) ?? result.startError ?? `psql ended with ${result.exitCode ?? result.signal}`;
  return finding(
    'tools connect',
    'error',
    reason.replace(/^psql: error: /, ''),
    'the Postgres tools read .pgpass, the service file and PGSSLMODE; check those',
  );
}

/** What the role may read: without superuser, a dump needs pg_read_all_data, and BYPASSRLS where tables have policies. */
async function askRights(connection: Connection): Promise<InstanceFinding> {
  const role = await connection.row<{ superuser: boolean; bypassrls: boolean; reads_all: boolean; name: string }>(
    `select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypassrls,
        exists (select from pg_catalog.pg_roles as p where p.rolname = 'pg_read_all_data' and pg_catalog.pg_has_role(r.oid, p.oid, 'usage')) as reads_all
     from pg_catalog.pg_roles as r where r.rolname = current_user`,
  );
  if (role === undefined) return finding('rights', 'warning', 'the role of the session is not visible');
  if (role.superuser) return finding('rights', 'ok', `role ${role.name} is a superuser`);
  const missing = [
    role.reads_all ? [] : ['membership in pg_read_all_data'],
    role.bypassrls ? [] : ['BYPASSRLS'],
  ].flat();
  if (missing.length === 0) return finding('rights', 'ok', `role ${role.name} reads all data`);
  return finding(
    'rights',
    'warning',
    `role ${role.name} is no superuser and lacks ${missing.join(' and ')}`,
    'enough for databases that it owns; else grant pg_read_all_data to it, and alter role … bypassrls for tables with policies',
  );
}
