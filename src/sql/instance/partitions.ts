import type { Connection } from '../connection.ts';

interface TableName {
  schema: string;
  name: string;
}

const QUERY = `
select distinct n.nspname as schema, c.relname as name
from unnest($1::text[], $2::text[]) as wanted(schema, name)
  join pg_namespace as wn on wn.nspname = wanted.schema
  join pg_class as wc on wc.relnamespace = wn.oid and wc.relname = wanted.name and wc.relkind = 'p'
  cross join lateral pg_partition_tree(wc.oid) as part
  join pg_class as c on c.oid = part.relid
  join pg_namespace as n on n.oid = c.relnamespace
order by 1, 2`;

/**
 * The tables, and all partitions of those that are partitioned: asked for a partitioned table alone, pg_dump writes its
 * definition and not one row.
 */
export async function withPartitions(c: Connection, tables: readonly TableName[]): Promise<TableName[]> {
  if (tables.length === 0) return [];
  const found = await c.rows<TableName>(QUERY, [tables.map((t) => t.schema), tables.map((t) => t.name)]);
  const all = new Map([...tables, ...found].map((table) => [JSON.stringify([table.schema, table.name]), table]));
  return [...all.values()];
}
