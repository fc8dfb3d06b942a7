import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** An instance as lists show it. */
export interface InstanceListRow {
  id: number;
  name: string;
  host: string;
  port: number;
  maintenance_db: string;
  username: string | null;
  service: string | null;
  sslmode: string | null;
  status: 'active' | 'halted';
  worker_id: number | null;
  worker_name: string | null;
  window_start: string;
  window_end: string;
  auto_add: string;
  max_parallel: number | null;
  trusted: boolean;
  restores: 'allowed' | 'confirm' | 'never';
  environment: string | null;
  comment: string | null;
  created_at: Date;
  job_count: number;
  database_count: number;
  database_bytes: number | null;
  last_dump_at: Date | null;
}

const id: SortKey = { sql: 'i.id', type: 'integer' };

export const instancePages: ListDefinition = {
  from: 'pgsnapman.instance as i left join pgsnapman.worker as w on w.id = i.default_worker_id',
  columns: `i.id, i.name, i.host, i.port, i.maintenance_db, i.username, i.service, i.sslmode, i.status,
    i.default_worker_id as worker_id, w.name as worker_name, to_char(i.window_start, 'HH24:MI') as window_start,
    to_char(i.window_end, 'HH24:MI') as window_end, i.auto_add, i.max_parallel, i.trusted, i.restores, i.environment, i.comment, i.created_at`,
  id,
  search: `concat_ws(' ', i.id, i.name, i.host, i.port, w.name, i.status, i.environment, i.comment)`,
  sorts: {
    name: [{ sql: 'i.name', type: 'text' }],
    host: [{ sql: 'i.host', type: 'text' }, { sql: 'i.port', type: 'integer' }, id],
    environment: [
      { sql: 'i.environment', type: 'text', nullable: true },
      { sql: 'i.name', type: 'text' },
    ],
    worker: [{ sql: 'w.name', type: 'text', nullable: true }, id],
  },
  scopes: { worker: 'i.default_worker_id = ?' },
  perPage: {
    columns: `(select count(*)::integer from pgsnapman.dump_job as j where j.instance_id = page.id and j.finished_at is null) as job_count,
      found.count as database_count, found.bytes as database_bytes,
      (select d.started_at from pgsnapman.dump as d where d.instance_id = page.id
        order by d.started_at desc, d.id desc limit 1) as last_dump_at`,
    joins: `cross join lateral (
      select count(*)::integer as count, sum(b.size_bytes)::bigint as bytes
      from pgsnapman.database as b where b.instance_id = page.id and b.dropped_at is null
    ) as found`,
  },
};
