import { type DatabaseAddress, type Rows, readDatabase, schemaDump } from './database-address.ts';
import { schemaLines } from './schema-text.ts';

/** Facts about one thing, by what they are called; all as text, null where there is none. */
export type Facts = Record<string, string | null>;
/** Things of one kind, by name. */
export type Things = Record<string, Facts>;

/** All that a copy of a database must have, too. */
export interface DatabasePicture {
  schema: string[];
  things: Record<string, Things>;
}

/** An ACL as its rights, in an order of its own; the same for a null one and the default that it stands for. */
const aclText = (acl: string): string => `(
  select string_agg(format('%s=%s%s/%s', coalesce(to_role.rolname, 'PUBLIC'), x.privilege_type,
      case when x.is_grantable then '*' else '' end, from_role.rolname), ', '
      order by to_role.rolname collate "C" nulls first, x.privilege_type, from_role.rolname collate "C")
  from pg_catalog.aclexplode(${acl}) as x
  left join pg_catalog.pg_roles as to_role on to_role.oid = x.grantee
  join pg_catalog.pg_roles as from_role on from_role.oid = x.grantor)`;

const sortedSettings = (column: string): string =>
  `(select string_agg(s, '; ' order by s collate "C") from unnest(${column}) as s)`;

/** The bootstrap superuser has another name on another server. */
const roleName = (column: string): string =>
  `(case when ${column} = 10 then '<bootstrap superuser>' else pg_catalog.pg_get_userbyid(${column})::text end)`;

const DATABASE = `
  select 'itself' as thing, ${roleName('d.datdba')} as owner, pg_encoding_to_char(encoding) as encoding,
    coalesce(j ->> 'datlocprovider', 'c') as "locale provider", datcollate as "collation", datctype as "character type",
    coalesce(j ->> 'datlocale', j ->> 'daticulocale') as locale, j ->> 'daticurules' as "ICU rules",
    datconnlimit::text as "connection limit", datallowconn::text as "connections allowed",
    datistemplate::text as "is a template", t.spcname as tablespace,
    ${aclText(`coalesce(datacl, acldefault('d', datdba))`)} as rights,
    shobj_description(d.oid, 'pg_database') as comment,
    (select ${sortedSettings('setconfig')} from pg_db_role_setting where setdatabase = d.oid and setrole = 0) as settings,
    (select string_agg(provider || '=' || label, '; ' order by provider) from pg_shseclabel
      where objoid = d.oid and classoid = 'pg_catalog.pg_database'::regclass) as "security labels"
  from pg_database as d join pg_tablespace as t on t.oid = d.dattablespace, to_jsonb(d) as j
  where datname = current_database()`;

const SETTINGS_OF_ROLES = `
  select pg_get_userbyid(setrole) as thing, ${sortedSettings('setconfig')} as settings
  from pg_db_role_setting
  where setrole <> 0 and setdatabase = (select oid from pg_database where datname = current_database())`;

/** Roles that the database depends on in any way, and the roles that those are members of. */
const USED_ROLES = `
  with recursive this as (select oid, datdba from pg_database where datname = current_database()), used as (
    select refobjid as oid from pg_shdepend, this
    where refclassid = 'pg_authid'::regclass
      and (dbid = this.oid or dbid = 0 and classid = 'pg_database'::regclass and objid = this.oid)
    union select datdba from this
    union select setrole from pg_db_role_setting, this where setdatabase = this.oid and setrole <> 0
    union select m.roleid from used join pg_auth_members as m on m.member = used.oid
  )`;

const ROLES = `${USED_ROLES}
  select rolname as thing, rolsuper::text as superuser, rolinherit::text as inherit, rolcreaterole::text as createrole,
    rolcreatedb::text as createdb, rolcanlogin::text as login, rolreplication::text as replication,
    rolbypassrls::text as bypassrls, rolconnlimit::text as "connection limit", rolvaliduntil::text as "valid until",
    (select ${sortedSettings('setconfig')} from pg_db_role_setting where setrole = r.oid and setdatabase = 0) as settings,
    shobj_description(r.oid, 'pg_authid') as comment, rolpassword as password
  from used join pg_authid as r using (oid) where r.oid <> 10 and rolname !~ '^pg_'`;

/** Before version 16 a membership has no options: it behaves as its member's INHERIT says. */
const MEMBERSHIPS = `${USED_ROLES}
  select format('of %s in %s, granted by %s', member.rolname, role.rolname, ${roleName('m.grantor')}) as thing,
    m.admin_option::text as admin, coalesce(j ->> 'inherit_option', member.rolinherit::text) as inherit,
    coalesce(j ->> 'set_option', 'true') as set
  from pg_auth_members as m join used as u on u.oid = m.member
    join pg_authid as member on member.oid = m.member join pg_authid as role on role.oid = m.roleid, to_jsonb(m) as j`;

const NOTHING = 'select null::text as thing where false';

/** Rights of these roles on configuration parameters; servers before version 15 have none. */
const PARAMETER_GRANTS = `${USED_ROLES}
  select format('%s of role %s', p.parname, rolname) as thing,
    string_agg(privilege_type || is_grantable::text, ', ' order by privilege_type) as rights
  from pg_parameter_acl as p, aclexplode(p.paracl) as x join used on used.oid = x.grantee
    join pg_authid as r on r.oid = x.grantee
  where x.grantee <> 10 group by 1`;

const SECURITY_LABELS = `
  select format('%s on %s %s', provider, objtype, objname) as thing, label from pg_seclabels where provider is not null`;

const EXTENSIONS = `
  select extname as thing, extversion as version, nspname as schema
  from pg_extension join pg_namespace as n on n.oid = extnamespace`;

const LARGE_OBJECTS = `
  select oid::text as thing, md5(lo_get(oid)) as content, ${roleName('lomowner')} as owner,
    ${aclText(`coalesce(lomacl, acldefault('L', lomowner))`)} as rights, obj_description(oid, 'pg_largeobject') as comment
  from pg_largeobject_metadata`;

/** What a schema dump does not say of tables and indexes. */
const STATES = `
  select format('%I.%I', nspname, relname) as thing, relispopulated::text as populated, indisvalid::text as valid
  from pg_class as c join pg_namespace as n on n.oid = relnamespace left join pg_index as i on i.indexrelid = c.oid
  where relkind in ('r', 'p', 'm', 'i', 'I') and nspname not like 'pg\\_%' and nspname <> 'information_schema'`;

const STORED = `
  select format('%I.%I', nspname, relname) as name, relkind as kind
  from pg_class as c join pg_namespace as n on n.oid = relnamespace
  where relkind in ('r', 'm', 'S') and nspname not like 'pg\\_%' and nspname <> 'information_schema'
    and (relkind <> 'm' or relispopulated)
  order by 1`;

const toThings = (rows: readonly Facts[]): Things =>
  Object.fromEntries(rows.map(({ thing, ...facts }) => [thing ?? '', facts]));

/** Rows and an order-independent hash of every row's text; for sequences where they stand. */
async function readContent(rows: Rows): Promise<{ tables: Things; sequences: Things }> {
  const tables: Things = {};
  const sequences: Things = {};
  for (const { name, kind } of await rows(STORED)) {
    if (name === null || name === undefined) continue;
    const isSequence = kind === 'S';
    const sql = isSequence
      ? `select last_value::text, is_called::text from ${name}`
      : `select count(*)::text as rows, coalesce(sum(hashtextextended((w.*)::text collate "C", 0)::numeric), 0)::text as content from only ${name} as w`;
    (isSequence ? sequences : tables)[name] = (await rows(sql))[0] ?? {};
  }
  return { tables, sequences };
}

/** Reads everything that is compared. Needs a superuser. */
export async function readPicture(address: DatabaseAddress, pgDump: string): Promise<DatabasePicture> {
  const things = await readDatabase(address, async (rows) => {
    const read = async (sql: string): Promise<Things> => toThings(await rows(sql));
    const knowsParameterGrants = Number((await rows('show server_version_num'))[0]?.server_version_num) >= 150_000;
    return {
      database: await read(DATABASE),
      'settings in this database of role': await read(SETTINGS_OF_ROLES),
      role: await read(ROLES),
      membership: await read(MEMBERSHIPS),
      'right on parameter': await read(knowsParameterGrants ? PARAMETER_GRANTS : NOTHING),
      'security label': await read(SECURITY_LABELS),
      extension: await read(EXTENSIONS),
      'large object': await read(LARGE_OBJECTS),
      relation: await read(STATES),
      ...(await readContent(rows).then(({ tables, sequences }) => ({ table: tables, sequence: sequences }))),
    };
  });
  return { schema: schemaLines(await schemaDump(address, pgDump)), things };
}
