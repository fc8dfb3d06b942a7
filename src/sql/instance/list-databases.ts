import type { Connection } from '../connection.ts';

export interface DatabaseSummary {
  name: string;
  /** Null: this role may not connect to it, and so not know its size. */
  size_bytes: number | null;
  owner: string;
  encoding: string;
}

/**
 * Databases of an instance that can be dumped: no templates, connections allowed, and none of our own staging, undo and
 * drill databases (their names hold `_pgsnapman_`).
 */
export async function listDatabases(c: Connection): Promise<DatabaseSummary[]> {
  return await c.rows<DatabaseSummary>(`
    select d.datname as name, pg_get_userbyid(d.datdba) as owner, pg_encoding_to_char(d.encoding) as encoding,
      case when has_database_privilege(d.oid, 'connect') or pg_has_role('pg_read_all_stats', 'member')
        then pg_database_size(d.oid) end as size_bytes
    from pg_database as d
    where d.datallowconn and not d.datistemplate and strpos(d.datname, '_pgsnapman_') = 0
    order by d.datname`);
}
