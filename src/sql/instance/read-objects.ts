import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { parseParameter } from '../../core/facts/parameter-text.ts';
import { type Connection, sqlStateOf } from '../connection.ts';
import { aclAsJson } from './acl-sql.ts';

/** Tablespaces that the database or something in it uses, other than the two that every server has. */
const TABLESPACES = `
select t.spcname as name, pg_get_userbyid(t.spcowner) as owner, pg_tablespace_location(t.oid) as location,
  t.spcoptions as options, ${aclAsJson('t.spcacl')} as acl, shobj_description(t.oid, 'pg_tablespace') as comment
from pg_tablespace as t
where t.spcname not in ('pg_default', 'pg_global') and t.oid in (
  select dattablespace from pg_database where datname = current_database()
  union select reltablespace from pg_class
  union select refobjid from pg_shdepend where refclassid = 'pg_tablespace'::regclass
    and dbid = (select oid from pg_database where datname = current_database()))
order by 1`;

const EXTENSIONS = `
select e.extname as name, e.extversion as version, n.nspname as schema, pg_get_userbyid(e.extowner) as owner
from pg_extension as e join pg_namespace as n on n.oid = e.extnamespace order by 1`;

const SCHEMAS = `
select n.nspname as name, pg_get_userbyid(n.nspowner) as owner, ${aclAsJson('n.nspacl')} as acl,
  obj_description(n.oid, 'pg_namespace') as comment
from pg_namespace as n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`;

/** `size`: SQL for the size of table `t` in bytes. */
const tables = (size: string) => `
select n.nspname as schema, t.relname as name, t.oid::int8 as oid,
  case t.relkind when 'm' then 'matview' else 'table' end as kind,
  greatest(t.reltuples, 0)::float8 as estimated_rows, coalesce(${size}, 0)::int8 as size_bytes
from pg_class as t join pg_namespace as n on n.oid = t.relnamespace
where t.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1, 2`;

const EXACT_SIZE = 'pg_table_size(t.oid)';
/** As of the last vacuum or analyze; needs no lock. */
const RECORDED_SIZE = `(t.relpages::int8 + coalesce((select toast.relpages from pg_class as toast where toast.oid = t.reltoastrelid), 0))
  * current_setting('block_size')::int8`;
const LOCK_TIMEOUT_STATE = '55P03';

export async function readTablespaces(c: Connection): Promise<DatabaseFacts['tablespaces']> {
  type Row = Omit<DatabaseFacts['tablespaces'][number], 'options'> & { options: string[] | null };
  const rows = await c.rows<Row>(TABLESPACES);
  return rows.map((row) => ({ ...row, options: (row.options ?? []).map(parseParameter) }));
}

export async function readExtensions(c: Connection): Promise<DatabaseFacts['extensions']> {
  return await c.rows(EXTENSIONS);
}

export async function readSchemas(c: Connection): Promise<DatabaseFacts['schemas']> {
  return await c.rows(SCHEMAS);
}

/**
 * Tables with their sizes. `pg_table_size` waits for whoever holds a table exclusively (it is pg_dump's business to wait
 * for that, and to say so), so it gets half a second in all; after that the sizes that were last recorded have to do.
 * Only inside a transaction.
 */
export async function readTables(c: Connection): Promise<DatabaseFacts['tables']> {
  await c.script(`savepoint table_sizes; set local lock_timeout = '500ms'`);
  try {
    const rows = await c.rows<DatabaseFacts['tables'][number]>(tables(EXACT_SIZE));
    await c.script('rollback to savepoint table_sizes');
    return rows;
  } catch (error) {
    if (sqlStateOf(error) !== LOCK_TIMEOUT_STATE) throw error;
    await c.script('rollback to savepoint table_sizes');
    return await c.rows(tables(RECORDED_SIZE));
  }
}

export async function countLargeObjects(c: Connection): Promise<number> {
  const row = await c.row<{ count: number }>('select count(*) as count from pg_largeobject_metadata');
  return row?.count ?? 0;
}
