import type { Outcome } from '../../../core/model/outcome.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A restore job as lists show it, with its source, its target and its newest run. */
export interface RestoreJobListRow {
  id: number;
  dump_id: number | null;
  latest_of_dump_job_id: number | null;
  /** Database of the dump or of the dump job that it takes its dumps from. */
  source_dbname: string | null;
  source_instance_name: string | null;
  /** Dump jobs that trigger it. */
  trigger_job_ids: number[];
  dest_instance_id: number;
  dest_instance_name: string;
  dest_instance_status: 'active' | 'halted';
  dest_dbname: string;
  restore_type: 'full' | 'schema' | 'data';
  schemas: string[];
  tables: string[];
  existing_db: string;
  role_handling: string;
  after_hook_name: string | null;
  job_type: 'single' | 'repeat' | 'trigger';
  schedule: string | null;
  run_at: Date | null;
  timezone: string | null;
  own_timezone: string | null;
  status: 'active' | 'halted';
  activated_at: Date;
  claimed_at: Date | null;
  finished_at: Date | null;
  comment: string | null;
  created_at: Date;
  last_run_id: number | null;
  last_started_at: Date | null;
  last_outcome: Outcome | null;
  last_message: string | null;
  running_stage: string | null;
}

const id: SortKey = { sql: 'r.id', type: 'integer', descending: true };

export const restoreJobPages: ListDefinition = {
  from: `pgsnapman.restore_job as r
    join pgsnapman.instance as i on i.id = r.dest_instance_id
    left join pgsnapman.worker as w on w.id = i.default_worker_id
    left join pgsnapman.dump as d on d.id = r.dump_id
    left join pgsnapman.dump_job as j on j.id = r.latest_of_dump_job_id
    left join pgsnapman.instance as ji on ji.id = j.instance_id`,
  columns: `r.id, r.dump_id, r.latest_of_dump_job_id, coalesce(d.dbname, j.dbname) as source_dbname,
    coalesce(d.instance_name, ji.name) as source_instance_name, r.dest_instance_id, i.name as dest_instance_name,
    i.status as dest_instance_status, r.dest_dbname, r.restore_type, r.schemas, r.tables, r.existing_db, r.role_handling, r.after_hook_id,
    r.job_type, r.schedule, r.run_at, coalesce(r.timezone, w.timezone) as timezone, r.timezone as own_timezone, r.status,
    r.activated_at, r.claimed_at, r.finished_at, r.comment, r.created_at`,
  id,
  search: `concat_ws(' ', r.id, r.dest_dbname, i.name, coalesce(d.dbname, j.dbname), coalesce(d.instance_name, ji.name),
    r.restore_type, r.job_type, r.status, r.schedule, r.comment)`,
  sorts: {
    id: [id],
    database: [{ sql: 'r.dest_dbname', type: 'text' }, id],
    instance: [{ sql: 'i.name', type: 'text' }, id],
    status: [{ sql: 'r.status', type: 'text', descending: true }, id],
  },
  scopes: {
    instance: 'r.dest_instance_id = ?',
    database: 'r.dest_dbname = ?',
    dump: 'r.dump_id = ?',
    job: `(r.latest_of_dump_job_id = ? or exists (
      select from pgsnapman.dump_job_trigger as t where t.restore_job_id = r.id and t.dump_job_id = ?))`,
  },
  perPage: {
    columns: `array(select t.dump_job_id from pgsnapman.dump_job_trigger as t where t.restore_job_id = page.id
        order by t.dump_job_id) as trigger_job_ids,
      (select s.name from pgsnapman.script as s where s.id = page.after_hook_id) as after_hook_name,
      last.id as last_run_id, last.started_at as last_started_at, last.outcome as last_outcome, last.message as last_message,
      (select a.stage from pgsnapman.activity as a where a.kind in ('restore', 'drill') and a.job_id = page.id limit 1) as running_stage`,
    joins: `left join lateral (
      select u.id, u.started_at, u.outcome, u.message from pgsnapman.restore_run as u
      where u.restore_job_id = page.id order by u.started_at desc, u.id desc limit 1
    ) as last on true`,
  },
};
