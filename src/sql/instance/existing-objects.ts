import { qualifiedName } from '../../core/postgres/identifiers.ts';
import type { ExistingObjects, ForeignKey } from '../../core/restore/partial/existing-objects.ts';
import type { Connection } from '../connection.ts';

const OURS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

const RELATIONS = `
select n.nspname as schema, c.relname as name, c.relkind as kind
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${OURS}`;

/** Functions are named as pg_dump names them in an archive: with the types of their arguments. */
const OBJECTS = `
select 'type' as kind, n.nspname as schema, t.typname as name
from pg_type as t join pg_namespace as n on n.oid = t.typnamespace where ${OURS}
union all
select 'function', n.nspname, format('%s(%s)', p.proname, (
  select string_agg(format_type(a.type, null), ', ' order by a.place) from unnest(p.proargtypes) with ordinality as a(type, place)))
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where ${OURS}
union all
select 'collation', n.nspname, c.collname
from pg_collation as c join pg_namespace as n on n.oid = c.collnamespace where ${OURS}
union all
select 'text search configuration', n.nspname, c.cfgname
from pg_ts_config as c join pg_namespace as n on n.oid = c.cfgnamespace where ${OURS}
union all
select 'text search dictionary', n.nspname, c.dictname
from pg_ts_dict as c join pg_namespace as n on n.oid = c.dictnamespace where ${OURS}
union all select 'extension', '', extname from pg_extension
union all select 'server', '', srvname from pg_foreign_server
union all select 'wrapper', '', fdwname from pg_foreign_data_wrapper
union all select 'language', '', lanname from pg_language`;

const FOREIGN_KEYS = `
select k.conname as name, n.nspname as schema, c.relname as "table", rn.nspname as ref_schema, r.relname as ref_table,
  array(select a.attname::text from unnest(k.conkey) with ordinality as u(num, place)
    join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.num order by u.place) as columns,
  array(select a.attname::text from unnest(k.confkey) with ordinality as u(num, place)
    join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.num order by u.place) as ref_columns
from pg_constraint as k join pg_class as c on c.oid = k.conrelid join pg_namespace as n on n.oid = c.relnamespace
  join pg_class as r on r.oid = k.confrelid join pg_namespace as rn on rn.oid = r.relnamespace
where k.contype = 'f'`;

/**
 * What would go with it if it were dropped, without what is part of it: a schema's objects, a table's indexes,
 * constraints, triggers and partitions. An extension is never part of the schema that it is in.
 */
const DEPENDENTS = `
with recursive roots as (
  select 'pg_namespace'::regclass::oid as classid, oid as objid from pg_namespace where nspname = any($1::text[])
  union all
  select 'pg_class'::regclass, c.oid from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where (n.nspname, c.relname) in (select * from unnest($2::text[], $3::text[]))
), own as (
  select * from roots
  union
  select d.classid, d.objid from pg_depend as d join own on d.refclassid = own.classid and d.refobjid = own.objid
  where (d.deptype in ('a', 'i', 'P', 'S') or d.refclassid = 'pg_namespace'::regclass)
    and d.classid <> 'pg_extension'::regclass
), affected as (
  select * from own
  union
  select d.classid, d.objid from pg_depend as d join affected as o on d.refclassid = o.classid and d.refobjid = o.objid
)
select distinct pg_describe_object(classid, objid, 0) as name from (select * from affected except select * from own) as x
order by 1`;

const ALWAYS_TRIGGERS = `
select distinct format('%I.%I', n.nspname, c.relname) as name
from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
where t.tgenabled in ('A', 'R') and (n.nspname, c.relname) in (select * from unnest($1::text[], $2::text[]))`;

interface Name {
  schema: string;
  name: string;
}

/** What the restore is about: what it replaces, and which tables it fills. */
export interface Concerned {
  replacedSchemas: readonly string[];
  replacedTables: readonly Name[];
  filledTables: readonly Name[];
}

/** Reads the database that the connection leads to. @throws PgSnapManError */
export async function readExistingObjects(c: Connection, concerned: Concerned): Promise<ExistingObjects> {
  const { replacedSchemas, replacedTables, filledTables } = concerned;
  const relations = await c.rows<ExistingObjects['relations'][number]>(RELATIONS);
  const schemas = await c.rows<{ name: string }>(`select n.nspname as name from pg_namespace as n where ${OURS}`);
  const dependents = await c.rows<{ name: string }>(DEPENDENTS, [replacedSchemas, ...columns(replacedTables)]);
  const always = await c.rows<{ name: string }>(ALWAYS_TRIGGERS, columns(filledTables));
  return {
    schemas: schemas.map(({ name }) => name),
    relations,
    objects: await c.rows(OBJECTS),
    foreign_keys: await c.rows<ForeignKey>(FOREIGN_KEYS),
    filled: await readFilled(c, filledTables, relations),
    dependents: dependents.map(({ name }) => name.replace(/^rule "?_RETURN"? on /, '')),
    always_triggers: always.map(({ name }) => name),
  };
}

const columns = (names: readonly Name[]): [string[], string[]] => [
  names.map(({ schema }) => schema),
  names.map(({ name }) => name),
];

async function readFilled(c: Connection, tables: readonly Name[], relations: ExistingObjects['relations']) {
  const there = new Set(
    relations
      .filter(({ kind }) => kind === 'r' || kind === 'p')
      .map(({ schema, name }) => JSON.stringify([schema, name])),
  );
  const filled: Name[] = [];
  for (const { schema, name } of tables.filter((table) => there.has(JSON.stringify([table.schema, table.name])))) {
    const row = await c.row<{ some: boolean }>(`select exists (select from ${qualifiedName(schema, name)}) as some`);
    if (row?.some === true) filled.push({ schema, name });
  }
  return filled;
}
