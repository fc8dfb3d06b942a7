import type { TargetFacts, TargetRole } from '../../core/restore/target-facts.ts';
import type { Connection } from '../connection.ts';
import { readExistingDatabase } from './existing-database.ts';

const SERVER = `
select pg_is_in_recovery() as in_recovery,
  (select setting::int8 from pg_settings where name = 'maintenance_work_mem') as maintenance_work_mem_kib,
  (select rolname from pg_roles where oid = 10) as bootstrap_role,
  case when (select rolsuper from pg_roles where rolname = current_user) or pg_has_role('pg_read_all_settings', 'usage')
    then current_setting('data_directory') end as data_directory`;

const USER = `
select rolname as name, rolsuper as superuser, rolcreatedb as createdb, rolcreaterole as createrole,
  rolreplication as replication, rolbypassrls as bypassrls
from pg_roles where rolname = current_user`;

/** From version 16 on being a member is not enough to give objects to a role: the membership must allow `set role`. */
const ROLES = (serverVersionNum: number) => `
select r.rolname as name, r.rolsuper as superuser,
  pg_has_role(current_user, r.oid, '${serverVersionNum >= 160_000 ? 'set' : 'member'}') as can_become
from pg_roles as r order by 1`;

const DATABASES = 'select datname as name, oid::int8 as oid from pg_database order by 1';
const TABLESPACES = 'select spcname as name from pg_tablespace order by 1';
const EXTENSIONS =
  'select name, default_version from pg_available_extensions where default_version is not null order by 1';

/**
 * Reads what a restore has to know about the instance that a connection leads to; any of its databases will do.
 * @param dbname the database that is to be made or replaced there
 */
export async function readTargetFacts(c: Connection, dbname: string): Promise<TargetFacts> {
  type ServerRow = Pick<TargetFacts, 'in_recovery' | 'maintenance_work_mem_kib' | 'bootstrap_role' | 'data_directory'>;
  const server = await c.row<ServerRow>(SERVER);
  const user = await c.row<TargetFacts['user']>(USER);
  if (server === undefined || user === undefined) throw new Error('the server does not know the role that asks');
  return {
    server_version: c.serverVersion,
    server_version_num: c.serverVersionNum,
    ...server,
    user,
    roles: await readTargetRoles(c),
    databases: await c.rows<{ name: string; oid: number }>(DATABASES),
    existing: await readExistingDatabase(c, dbname),
    tablespaces: (await c.rows<{ name: string }>(TABLESPACES)).map(({ name }) => name),
    extensions: await c.rows<{ name: string; default_version: string }>(EXTENSIONS),
  };
}

export function readTargetRoles(c: Connection): Promise<TargetRole[]> {
  return c.rows<TargetRole>(ROLES(c.serverVersionNum));
}
