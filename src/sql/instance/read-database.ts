import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { parseParameter } from '../../core/facts/parameter-text.ts';
import type { Connection } from '../connection.ts';
import { aclAsJson } from './acl-sql.ts';

type Database = DatabaseFacts['database'];
type SettingsAsText = { settings: string[] | null; role_settings: { role: string; settings: string[] }[] };

const PROVIDERS: Readonly<Record<string, Database['locale_provider']>> = { c: 'libc', i: 'icu', b: 'builtin' };

/**
 * Properties of the current database. Columns that came, or were renamed, with later versions are read out of the row as
 * JSON: provider and ICU locale with 15, ICU rules with 16, `datlocale` instead of `daticulocale` with 17.
 */
const QUERY = `
select d.datname as name, d.oid::int8 as oid, pg_get_userbyid(d.datdba) as owner, pg_encoding_to_char(d.encoding) as encoding,
  coalesce(j.row ->> 'datlocprovider', 'c') as provider, d.datcollate as collate, d.datctype as ctype,
  coalesce(j.row ->> 'datlocale', j.row ->> 'daticulocale') as locale, j.row ->> 'daticurules' as icu_rules,
  j.row ->> 'datcollversion' as collation_version, t.spcname as tablespace, d.datconnlimit as connection_limit,
  d.datallowconn as allow_connections, d.datistemplate as is_template, pg_database_size(d.oid) as size_bytes,
  shobj_description(d.oid, 'pg_database') as comment, ${aclAsJson('d.datacl')} as acl,
  (select s.setconfig from pg_db_role_setting as s where s.setdatabase = d.oid and s.setrole = 0) as settings,
  coalesce((select jsonb_agg(jsonb_build_object('role', r.rolname, 'settings', s.setconfig) order by r.rolname)
    from pg_db_role_setting as s join pg_roles as r on r.oid = s.setrole where s.setdatabase = d.oid), '[]') as role_settings,
  coalesce((select jsonb_agg(jsonb_build_object('provider', l.provider, 'label', l.label) order by l.provider)
    from pg_shseclabel as l where l.classoid = 'pg_database'::regclass and l.objoid = d.oid), '[]') as security_labels
from pg_database as d
  join pg_tablespace as t on t.oid = d.dattablespace
  cross join lateral (select to_jsonb(d) as row) as j
where d.datname = current_database()`;

export async function readDatabase(c: Connection): Promise<Database> {
  type Row = Omit<Database, 'locale_provider' | 'settings' | 'role_settings'> & SettingsAsText & { provider: string };
  const found = await c.row<Row>(QUERY);
  if (found === undefined) throw new Error('the current database is not in pg_database');
  const { provider, settings, role_settings, ...rest } = found;
  return {
    ...rest,
    locale_provider: PROVIDERS[provider] ?? 'libc',
    settings: (settings ?? []).map(parseParameter),
    role_settings: role_settings.map((entry) => ({ role: entry.role, settings: entry.settings.map(parseParameter) })),
  };
}
