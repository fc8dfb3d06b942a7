import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A database that discovery found, with the jobs that dump it. */
export interface DatabaseListRow {
  id: number;
  instance_id: number;
  instance_name: string;
  name: string;
  size_bytes: number | null;
  first_seen_at: Date;
  last_seen_at: Date;
  dropped_at: Date | null;
  /** An active repeat job dumps it (or its whole cluster) with its data. */
  covered: boolean;
  job_count: number;
  last_good_at: Date | null;
}

/**
 * What counts as covered: a repeat job that runs, and dumps everything in the database, the data too. Jobs for a whole
 * cluster have no dbname, so the index on (instance_id, dbname) finds both kinds.
 */
export const coveredBy = (alias: string): string => `(exists (
    select from pgsnapman.dump_job as j
    where j.instance_id = ${alias}.instance_id and j.dbname = ${alias}.name and j.status = 'active' and j.job_type = 'repeat'
      and j.dump_type = 'full' and j.schemas = '{}' and j.tables = '{}'
  ) or exists (
    select from pgsnapman.dump_job as j
    where j.instance_id = ${alias}.instance_id and j.dbname is null and j.status = 'active' and j.job_type = 'repeat'
      and j.dump_type = 'cluster'
  ))`;

const id: SortKey = { sql: 'b.id', type: 'bigint' };
const name: SortKey = { sql: 'b.name', type: 'text' };

export const databasePages: ListDefinition = {
  from: 'pgsnapman.database as b join pgsnapman.instance as i on i.id = b.instance_id',
  columns: `b.id, b.instance_id, i.name as instance_name, b.name, b.size_bytes, b.first_seen_at, b.last_seen_at, b.dropped_at`,
  id,
  search: `concat_ws(' ', b.name, i.name, case when b.dropped_at is not null then 'dropped' end)`,
  sorts: {
    name: [name, id],
    instance: [{ sql: 'i.name', type: 'text' }, name, id],
    size: [{ sql: 'b.size_bytes', type: 'bigint', descending: true, nullable: true }, id],
    seen: [{ sql: 'b.first_seen_at', type: 'timestamptz', descending: true }, id],
  },
  scopes: {
    instance: 'b.instance_id = ?',
    worker: 'i.default_worker_id = ?',
    uncovered: `(b.dropped_at is null and not ${coveredBy('b')}) = ?`,
  },
  perPage: {
    columns: `${coveredBy('page')} as covered,
      (select count(*)::integer from pgsnapman.dump_job as j
        where j.instance_id = page.instance_id and j.dbname = page.name and j.finished_at is null) as job_count,
      last.started_at as last_good_at`,
    // `+ 0` keeps the planner from combining two indexes: newest first by name finds the row after a few steps.
    joins: `left join lateral (
      select d.started_at from pgsnapman.dump as d
      where d.dbname = page.name and d.instance_id + 0 = page.instance_id and d.state = 'available'
      order by d.started_at desc, d.id desc limit 1
    ) as last on true`,
  },
};
