import type { DumpType } from '../../../core/model/configuration.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A dump job as lists show it, with what it refers to, its newest dump and what it does now. */
export interface DumpJobListRow {
  id: number;
  instance_id: number;
  instance_name: string;
  instance_status: 'active' | 'halted';
  /** Who dumps: the job's own worker, else the instance's default one. */
  worker_id: number | null;
  worker_name: string | null;
  worker_status: 'active' | 'halted' | null;
  worker_last_seen_at: Date | null;
  /** Of the schedule: the job's own, else the worker's; null: that of the worker's machine. */
  timezone: string | null;
  own_timezone: string | null;
  dbname: string | null;
  dump_type: DumpType;
  schemas: string[];
  tables: string[];
  options: string[];
  job_type: 'repeat' | 'single';
  schedule: string | null;
  run_at: Date | null;
  keep_daily: number;
  keep_weekly: number;
  keep_monthly: number;
  keep_yearly: number;
  keep_last: number;
  parallel: number;
  on_demand: boolean;
  /** When the database wanted no dump last. */
  skipped_at: Date | null;
  script_name: string | null;
  before_hook_name: string | null;
  after_hook_name: string | null;
  status: 'active' | 'halted';
  activated_at: Date;
  claimed_at: Date | null;
  finished_at: Date | null;
  comment: string | null;
  created_at: Date;
  trigger_count: number;
  last_dump_id: number | null;
  last_started_at: Date | null;
  last_outcome: Outcome | null;
  last_message: string | null;
  running_stage: string | null;
}

const id: SortKey = { sql: 'j.id', type: 'integer' };

export const dumpJobPages: ListDefinition = {
  from: `pgsnapman.dump_job as j
    join pgsnapman.instance as i on i.id = j.instance_id
    left join pgsnapman.worker as w on w.id = coalesce(j.worker_id, i.default_worker_id)`,
  columns: `j.id, j.instance_id, i.name as instance_name, i.status as instance_status, w.id as worker_id, w.name as worker_name,
    w.status as worker_status, w.last_seen_at as worker_last_seen_at, coalesce(j.timezone, w.timezone) as timezone,
    j.timezone as own_timezone, j.dbname, j.dump_type, j.schemas, j.tables, j.options, j.job_type, j.schedule, j.run_at,
    j.keep_daily, j.keep_weekly, j.keep_monthly, j.keep_yearly, j.keep_last, j.parallel, j.on_demand, j.skipped_at,
    j.script_id, j.before_hook_id, j.after_hook_id, j.status,
    j.activated_at, j.claimed_at, j.finished_at, j.comment, j.created_at`,
  id,
  search: `concat_ws(' ', j.id, j.dbname, i.name, w.name, j.dump_type, j.job_type, j.status, j.schedule, j.comment)`,
  sorts: {
    id: [id],
    database: [{ sql: 'j.dbname', type: 'text', nullable: true }, id],
    instance: [{ sql: 'i.name', type: 'text' }, id],
    worker: [{ sql: 'w.name', type: 'text', nullable: true }, id],
    status: [{ sql: 'j.status', type: 'text', descending: true }, id],
  },
  scopes: {
    instance: 'j.instance_id = ?',
    worker: 'w.id = ?',
    database: 'j.dbname = ?',
    copies: 'exists (select from pgsnapman.dump_job_trigger as t where t.dump_job_id = j.id) = ?',
    triggers:
      'exists (select from pgsnapman.dump_job_trigger as t where t.dump_job_id = j.id and t.restore_job_id = ?)',
  },
  perPage: {
    columns: `(select count(*)::integer from pgsnapman.dump_job_trigger as t where t.dump_job_id = page.id) as trigger_count,
      (select s.name from pgsnapman.script as s where s.id = page.script_id) as script_name,
      (select s.name from pgsnapman.script as s where s.id = page.before_hook_id) as before_hook_name,
      (select s.name from pgsnapman.script as s where s.id = page.after_hook_id) as after_hook_name,
      last.id as last_dump_id, last.started_at as last_started_at, last.outcome as last_outcome, last.message as last_message,
      (select a.stage from pgsnapman.activity as a where a.kind = 'dump' and a.job_id = page.id limit 1) as running_stage`,
    joins: `left join lateral (
      select d.id, d.started_at, d.outcome, d.message from pgsnapman.dump as d
      where d.dump_job_id = page.id order by d.started_at desc, d.id desc limit 1
    ) as last on true`,
  },
};
