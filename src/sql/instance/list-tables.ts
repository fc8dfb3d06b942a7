import type { Connection } from '../connection.ts';

export interface SchemaSummary {
  name: string;
  owner: string;
}

export interface TableSummary {
  schema: string;
  name: string;
  size_bytes: number;
  /** As the statistics say; null: never analyzed. */
  estimated_rows: number | null;
}

const OURS_OR_THE_SYSTEMS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** Schemas and tables of a database, those of extensions and of the system left out. */
export async function listTables(c: Connection): Promise<{ schemas: SchemaSummary[]; tables: TableSummary[] }> {
  const schemas = await c.rows<SchemaSummary>(
    `select n.nspname as name, pg_get_userbyid(n.nspowner) as owner from pg_namespace as n
    where ${OURS_OR_THE_SYSTEMS} order by n.nspname`,
  );
  const tables = await c.rows<TableSummary>(
    `select n.nspname as schema, r.relname as name, pg_table_size(r.oid) as size_bytes,
      case when r.reltuples >= 0 then r.reltuples::bigint end as estimated_rows
    from pg_class as r join pg_namespace as n on n.oid = r.relnamespace
    where r.relkind in ('r', 'p', 'm', 'f') and ${OURS_OR_THE_SYSTEMS}
      and not exists (select from pg_depend as d where d.objid = r.oid and d.deptype = 'e')
    order by n.nspname, r.relname`,
  );
  return { schemas, tables };
}
