import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A worker as lists show it, with how much it has to do and its repository. */
export interface WorkerListRow {
  id: number;
  name: string;
  status: 'active' | 'halted';
  timezone: string | null;
  clean_schedule: string;
  verify_schedule: string;
  discovery_schedule: string;
  auto_add: string;
  restore_worker_name: string | null;
  last_seen_at: Date | null;
  version: string | null;
  tools: { version: string; directory: string }[] | null;
  comment: string | null;
  created_at: Date;
  instance_count: number;
  job_count: number;
  running_count: number;
  dump_count: number | null;
  raw_bytes: number | null;
  stored_bytes: number | null;
  free_bytes: number | null;
  growth_bytes_per_day: number | null;
}

const id: SortKey = { sql: 'w.id', type: 'integer' };

export const workerPages: ListDefinition = {
  from: 'pgsnapman.worker as w left join pgsnapman.worker as rw on rw.id = w.restore_worker_id',
  columns: `w.id, w.name, w.status, w.timezone, w.clean_schedule, w.verify_schedule, w.discovery_schedule, w.auto_add,
    rw.name as restore_worker_name, w.last_seen_at, w.version, w.tools, w.comment, w.created_at`,
  id,
  search: `concat_ws(' ', w.id, w.name, w.status, w.version, w.timezone, w.comment)`,
  sorts: {
    name: [{ sql: 'w.name', type: 'text' }],
    seen: [{ sql: 'w.last_seen_at', type: 'timestamptz', descending: true, nullable: true }, id],
    status: [{ sql: 'w.status', type: 'text', descending: true }, id],
  },
  perPage: {
    columns: `(select count(*)::integer from pgsnapman.instance as i where i.default_worker_id = page.id) as instance_count,
      (select count(*)::integer from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
        where coalesce(j.worker_id, i.default_worker_id) = page.id and j.finished_at is null) as job_count,
      (select count(*)::integer from pgsnapman.activity as a where a.worker_id = page.id) as running_count,
      r.dump_count, r.raw_bytes, r.stored_bytes, r.free_bytes, r.growth_bytes_per_day`,
    joins: 'left join pgsnapman.repository as r on r.worker_id = page.id',
  },
};
