import { PgSnapManError } from '../../core/errors.ts';
import type { Activity } from '../../core/model/activity.ts';
import type { Occupation } from '../../core/queue/occupation.ts';
import type { Connection } from '../connection.ts';

export interface ActivityRow extends Activity {
  id: number;
  worker_name: string | null;
  cancel_requested: boolean;
  heartbeat_at: Date;
}

const FROM = `select a.id, a.uuid, a.worker_id, a.kind, a.job_id, a.subject, a.started_at, a.stage, a.item, a.done_bytes,
    a.total_bytes, a.done_items, a.total_items, a.cancel_requested, a.heartbeat_at, w.name as worker_name
  from pgsnapman.activity as a left join pgsnapman.worker as w on w.id = a.worker_id`;

/** Writes what a run is doing and that it is alive; says whether somebody asked to cancel it. */
export async function upsertActivity(c: Connection, activity: Activity): Promise<{ cancel_requested: boolean }> {
  const { uuid, worker_id, kind, job_id, subject, started_at, stage, item } = activity;
  const row = await c.row<{ cancel_requested: boolean }>(
    `insert into pgsnapman.activity as a (uuid, worker_id, kind, job_id, subject, started_at, stage, item, done_bytes,
      total_bytes, done_items, total_items)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (uuid) do update set stage = excluded.stage, item = excluded.item, done_bytes = excluded.done_bytes,
      total_bytes = excluded.total_bytes, done_items = excluded.done_items, total_items = excluded.total_items,
      heartbeat_at = now()
    returning a.cancel_requested`,
    [uuid, worker_id, kind, job_id, subject, started_at, stage, item, activity.done_bytes, activity.total_bytes].concat(
      activity.done_items,
      activity.total_items,
    ),
  );
  return { cancel_requested: row?.cancel_requested ?? false };
}

/** The run has ended. */
export async function removeActivity(c: Connection, uuid: string): Promise<void> {
  await c.execute('delete from pgsnapman.activity where uuid = $1', [uuid]);
}

/** What the workers say that they are doing, with the instance that a dump or restore job works on. */
export function listOccupations(c: Connection): Promise<Occupation[]> {
  return c.rows(
    `select a.uuid, a.worker_id, coalesce(d.instance_id, r.dest_instance_id) as instance_id,
      extract(epoch from now() - a.heartbeat_at)::float8 * 1000 as silent_ms
    from pgsnapman.activity as a
    left join pgsnapman.dump_job as d on a.kind = 'dump' and d.id = a.job_id
    left join pgsnapman.restore_job as r on a.kind = 'restore' and r.id = a.job_id`,
  );
}

/** What the run with this uuid does now; undefined: it does not run. */
export function findActivity(c: Connection, uuid: string): Promise<ActivityRow | undefined> {
  return c.row(`${FROM} where a.uuid = $1`, [uuid]);
}

/** @throws PgSnapManError not_found */
export async function findRunning(c: Connection, id: number): Promise<ActivityRow> {
  const row = await c.row<ActivityRow>(`${FROM} where a.id = $1::bigint`, [id]);
  if (row !== undefined) return row;
  throw new PgSnapManError(
    'not_found',
    `there is no activity ${id}`,
    'it may have ended; see: pgsnapman activity list',
  );
}

/** What runs now, oldest first. */
export function listActivities(c: Connection): Promise<ActivityRow[]> {
  return c.rows(`${FROM} order by a.started_at, a.id`);
}

/** Asks whoever runs it to end a run; undefined: it is not running (any more). */
export function requestCancel(c: Connection, run: { id: number } | { uuid: string }): Promise<ActivityRow | undefined> {
  const [column, value] = 'id' in run ? ['id', run.id] : ['uuid', run.uuid];
  return c.row(`update pgsnapman.activity set cancel_requested = true where ${column} = $1 returning *`, [value]);
}
