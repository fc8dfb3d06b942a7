import type { DatabaseFacts, RoleFacts } from '../../core/facts/database-facts.ts';
import { parseParameter } from '../../core/facts/parameter-text.ts';
import type { Connection } from '../connection.ts';

/**
 * Roles that the current database needs: owners, grantors and grantees of it and of everything in it, roles of policies,
 * default privileges and user mappings (all of these are in pg_shdepend), the same of the tablespaces of its own, roles
 * with settings in it, and the bootstrap superuser, for which pg_shdepend has no rows. Then, again and again, the roles
 * that those are members of (not of the bootstrap superuser, who may everything anyway).
 */
const NEEDED = `
with recursive db as (select oid from pg_database where datname = current_database()),
used_tablespace as (
  select dattablespace as oid from pg_database where datname = current_database()
  union select reltablespace from pg_class
  except select oid from pg_tablespace where spcname in ('pg_default', 'pg_global')
),
needed(oid) as (
  (select s.refobjid from pg_shdepend as s, db
    where s.refclassid = 'pg_authid'::regclass and (s.dbid = db.oid or s.dbid = 0 and (
      s.classid = 'pg_database'::regclass and s.objid = db.oid
      or s.classid = 'pg_tablespace'::regclass and s.objid in (select oid from used_tablespace)))
  union select 10::oid
  union select s.setrole from pg_db_role_setting as s, db where s.setdatabase = db.oid and s.setrole <> 0)
  union
  select m.roleid from needed join pg_auth_members as m on m.member = needed.oid where needed.oid <> 10
)
select needed.oid::int8 as oid from needed`;

/** Predefined roles are on every server and are not created by a restore. */
const ROLES = (passwords: boolean) => `
select r.rolname as name, r.rolsuper as superuser, r.rolinherit as inherit, r.rolcreaterole as createrole,
  r.rolcreatedb as createdb, r.rolcanlogin as login, r.rolreplication as replication, r.rolbypassrls as bypassrls,
  r.rolconnlimit as connection_limit, r.rolvaliduntil::text as valid_until,
  ${passwords ? '(select a.rolpassword from pg_authid as a where a.oid = r.oid)' : 'null::text'} as password_hash,
  r.rolconfig as settings, shobj_description(r.oid, 'pg_authid') as comment, r.oid = 10 as bootstrap
from pg_roles as r
where r.oid = any($1::oid[]) and r.rolname !~ '^pg_'
order by r.rolname`;

/** Options `inherit` and `set` came with version 16. A grantor may be gone in older versions. */
const MEMBERSHIPS = `
select r.rolname as role, u.rolname as member, pg_get_userbyid(m.grantor) as grantor, m.admin_option as admin,
  (to_jsonb(m) ->> 'inherit_option')::boolean as inherit, (to_jsonb(m) ->> 'set_option')::boolean as set
from pg_auth_members as m join pg_roles as r on r.oid = m.roleid join pg_roles as u on u.oid = m.member
where m.member = any($1::oid[]) and m.member <> 10 and u.rolname !~ '^pg_'
order by 1, 2, 3`;

const PARAMETER_GRANTS_SINCE = 150_000;
/** Rights on parameters belong to the whole server; no dump of a database holds them. */
const PARAMETER_GRANTS = `
select p.parname as parameter, r.rolname as grantee, x.privilege_type as privilege, x.is_grantable as grantable
from pg_parameter_acl as p, aclexplode(p.paracl) as x join pg_roles as r on r.oid = x.grantee
where r.oid = any($1::oid[]) and r.oid <> 10
order by 1, 2, 3`;

export async function readRoles(
  c: Connection,
): Promise<Pick<DatabaseFacts, 'roles' | 'memberships' | 'passwords_readable' | 'parameter_grants'>> {
  const oids = (await c.rows<{ oid: number }>(NEEDED)).map((row) => row.oid);
  const allowed = await c.row<{ may: boolean }>(`select has_table_privilege('pg_authid', 'select') as may`);
  const passwordsReadable = allowed?.may ?? false;
  type Row = Omit<RoleFacts, 'settings'> & { settings: string[] | null };
  const roles = await c.rows<Row>(ROLES(passwordsReadable), [oids]);
  return {
    roles: roles.map((role) => ({ ...role, settings: (role.settings ?? []).map(parseParameter) })),
    memberships: await c.rows(MEMBERSHIPS, [oids]),
    passwords_readable: passwordsReadable,
    parameter_grants: c.serverVersionNum < PARAMETER_GRANTS_SINCE ? [] : await c.rows(PARAMETER_GRANTS, [oids]),
  };
}
