/** Kinds of objects; within one a schema and a tag of the archive say which object it is, or which few. */
export type ObjectKind = keyof typeof QUERIES;

/** An object of a database, in the words of an archive. */
export interface FoundObject {
  kind: ObjectKind;
  /** Empty for what is in none. */
  schema: string;
  /** As pg_dump writes it today. */
  tag: string;
  /** What a tag of another version at least has: the name alone. */
  name: string;
}

const inSchema = (catalog: string, prefix: string): string => `
  select n.nspname as schema, o.${prefix}name::text as tag, o.${prefix}name as name
  from pg_catalog.${catalog} o join pg_catalog.pg_namespace n on n.oid = o.${prefix}namespace`;

const inDatabase = (catalog: string, prefix: string): string => `
  select '' as schema, o.${prefix}name::text as tag, o.${prefix}name as name from pg_catalog.${catalog} o`;

/** What belongs to a table: pg_dump writes the table's name before its own. */
const ofTable = (catalog: string, table: string, name: string): string => `
  select n.nspname as schema, c.relname || ' ' || o.${name} as tag, o.${name} as name
  from pg_catalog.${catalog} o
    join pg_catalog.pg_class c on c.oid = o.${table}
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

const relations = (condition: string): string => `
  select n.nspname as schema, c.relname::text as tag, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${condition}`;

/** For each kind what gives {schema, tag, name}. The session's search_path is empty, as that of pg_dump. */
const QUERIES = {
  relation: relations('true'),
  partition: relations('c.relispartition'),
  'row security': relations('c.relrowsecurity'),
  constraint: `
    select n.nspname as schema, coalesce(c.relname, t.typname) || ' ' || o.conname as tag, o.conname as name
    from pg_catalog.pg_constraint o
      left join pg_catalog.pg_class c on c.oid = o.conrelid
      left join pg_catalog.pg_type t on t.oid = o.contypid
      join pg_catalog.pg_namespace n on n.oid = coalesce(c.relnamespace, t.typnamespace)`,
  default: `
    select n.nspname as schema, c.relname || ' ' || a.attname as tag, a.attname as name
    from pg_catalog.pg_attrdef d
      join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
      join pg_catalog.pg_class c on c.oid = d.adrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
  trigger: `${ofTable('pg_trigger', 'tgrelid', 'tgname')}
    where not (o.tgisinternal and o.tgname like 'RI\\_ConstraintTrigger\\_%')`,
  rule: ofTable('pg_rewrite', 'ev_class', 'rulename'),
  policy: ofTable('pg_policy', 'polrelid', 'polname'),
  routine: `
    select n.nspname as schema, p.proname as name, p.proname || '(' || array_to_string(array(
      select pg_catalog.format_type(a.type, null)
      from pg_catalog.unnest(p.proargtypes) with ordinality as a (type, place) order by a.place), ', ') || ')' as tag
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname not in ('pg_catalog', 'information_schema')`,
  type: `
    select n.nspname as schema, t.typname::text as tag, t.typname as name
    from pg_catalog.pg_type t
      join pg_catalog.pg_namespace n on n.oid = t.typnamespace
      left join pg_catalog.pg_class c on c.oid = t.typrelid
    where (t.typrelid = 0 or c.relkind = 'c')
      and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)`,
  operator: `${inSchema('pg_operator', 'opr')} where o.oprcode <> 0`,
  'operator class': inSchema('pg_opclass', 'opc'),
  'operator family': inSchema('pg_opfamily', 'opf'),
  collation: inSchema('pg_collation', 'coll'),
  conversion: inSchema('pg_conversion', 'con'),
  statistics: inSchema('pg_statistic_ext', 'stx'),
  'text search configuration': inSchema('pg_ts_config', 'cfg'),
  'text search dictionary': inSchema('pg_ts_dict', 'dict'),
  schema: inDatabase('pg_namespace', 'nsp'),
  extension: inDatabase('pg_extension', 'ext'),
  'event trigger': inDatabase('pg_event_trigger', 'evt'),
  'foreign data wrapper': inDatabase('pg_foreign_data_wrapper', 'fdw'),
  server: inDatabase('pg_foreign_server', 'srv'),
  publication: inDatabase('pg_publication', 'pub'),
  subscription: `${inDatabase('pg_subscription', 'sub')}
    where o.subdbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`,
} as const;

/** Versions that brought a catalog; an older server has none of these. */
const SINCE: Partial<Record<ObjectKind, number>> = {
  partition: 100_000,
  'row security': 90_500,
  policy: 90_500,
  statistics: 100_000,
  'event trigger': 90_300,
  publication: 100_000,
  subscription: 100_000,
};

/**
 * One statement for all objects of some kinds, whose rows are FoundObject. In a database that is not in UTF8 only those
 * with ASCII names, as a name may not be convertible. Null: the server knows none of the kinds.
 */
export function objectsSql(kinds: Iterable<ObjectKind>, serverVersionNum: number): string | null {
  const all = [...new Set(kinds)]
    .filter((kind) => serverVersionNum >= (SINCE[kind] ?? 0))
    .map((kind) => `select '${kind}' as kind, schema::text, tag::text, name::text from (${QUERIES[kind]}) as one`);
  if (all.length === 0) return null;
  return `
    select kind, schema, tag, name from (${all.join(' union all ')}) as o
    where schema not in ('pg_catalog', 'information_schema', 'pg_toast')
      and (pg_catalog.current_setting('server_encoding') = 'UTF8' or (schema || tag) collate "C" ~ '^[\\x01-\\x7f]*$')`;
}
