import { qualifiedName } from '../postgres/identifiers.ts';
import type { ExpectedContent } from './expected-content.ts';

export type ExpectedTable = ExpectedContent['tables'][number];
export type ExpectedSequence = ExpectedContent['sequences'][number];

const MOST_TABLES = 50;
const MOST_ROWS = 100_000;
const MOST_SEQUENCES = 200;

/**
 * Tables in groups that one statement counts: large ones alone, small ones together, as a statement for each would cost
 * more than counting it. Largest first, so that two connections end at about the same time.
 */
export function countGroups(tables: readonly ExpectedTable[]): ExpectedTable[][] {
  const groups: ExpectedTable[][] = [];
  let group: ExpectedTable[] = [];
  let rows = 0;
  for (const table of tables.toSorted((a, b) => b.rows - a.rows)) {
    if (group.length > 0 && (group.length >= MOST_TABLES || rows + table.rows > MOST_ROWS)) {
      groups.push(group);
      [group, rows] = [[], 0];
    }
    group.push(table);
    rows += table.rows;
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/**
 * Counts each table by itself: without those that inherit from it, but a partitioned one with all its partitions.
 * Rows are {place, rows}.
 * @param partitioned keys (see tableKey) of partitioned tables
 */
export function countSql(group: readonly ExpectedTable[], partitioned: ReadonlySet<string>): string {
  const counts = group.map((table, place) => {
    const only = partitioned.has(tableKey(table)) ? '' : 'only ';
    return `select ${place} as place, count(*) as rows from ${only}${qualifiedName(table.schema, table.name)}`;
  });
  return counts.join(' union all ');
}

/** Rows are {place, some}; a table that does not exist is an error. */
export function holdRowsSql(group: readonly ExpectedTable[]): string {
  return group
    .map(
      ({ schema, name }, place) =>
        `select ${place} as place, exists (select from only ${qualifiedName(schema, name)}) as some`,
    )
    .join(' union all ');
}

export function tableKey({ schema, name }: { schema: string; name: string }): string {
  return JSON.stringify([schema, name]);
}

export function sequenceGroups(sequences: readonly ExpectedSequence[]): ExpectedSequence[][] {
  const groups: ExpectedSequence[][] = [];
  for (let i = 0; i < sequences.length; i += MOST_SEQUENCES) groups.push(sequences.slice(i, i + MOST_SEQUENCES));
  return groups;
}

/** Rows are {place, last_value (text), is_called}. */
export function sequenceSql(group: readonly ExpectedSequence[]): string {
  return group
    .map(
      ({ schema, name }, place) =>
        `select ${place} as place, last_value::text as last_value, is_called from ${qualifiedName(schema, name)}`,
    )
    .join(' union all ');
}

/** Tables and sequences that are there, as {schema, name}. */
export const RELATIONS_SQL = `
  select n.nspname as schema, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'S')`;

/** Partitioned tables, as {schema, name}. */
export const PARTITIONED_TABLES_SQL = `
  select n.nspname as schema, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'p'`;

/** Every partition with the table that it is a partition of, as {schema, name, parent_schema, parent_name}. */
export const PARTITIONS_SQL = `
  select n.nspname as schema, c.relname as name, pn.nspname as parent_schema, p.relname as parent_name
  from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relispartition and c.relkind in ('r', 'p', 'f')
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_class p on p.oid = i.inhparent
    join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace`;

/** Indexes that are not usable. Those of partitioned tables hold nothing; they are invalid if the source's were. */
export const INVALID_INDEXES_SQL = `
  select n.nspname as schema, c.relname as name
  from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'i' and not (i.indisvalid and i.indisready)`;

/** Constraints that nobody has validated, as {schema, name}; from version 18 on without those that are not enforced. */
export function unvalidatedConstraintsSql(serverVersionNum: number): string {
  const enforced = serverVersionNum >= 180_000 ? 'and k.conenforced' : '';
  return `
    select n.nspname as schema, k.conname as name
    from pg_catalog.pg_constraint k join pg_catalog.pg_namespace n on n.oid = k.connamespace
    where not k.convalidated ${enforced}`;
}

export const EMPTY_VIEWS_SQL = `
  select n.nspname as schema, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'm' and not c.relispopulated`;

export const LARGE_OBJECTS_SQL = 'select count(*) as count from pg_catalog.pg_largeobject_metadata';
