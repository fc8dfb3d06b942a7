import type { Connection } from '../connection.ts';

/** The newest good full dump of a database. */
export interface NewestDump {
  dbname: string;
  dump_id: number;
  started_at: Date;
  raw_bytes: number | null;
  database_bytes: number | null;
  worker_name: string | null;
  /** Null: it has no worker any more. */
  restoring_worker_name: string | null;
  verified_level: number;
  /** Size of a database of that name on the destination, when discovery saw it last; null: it saw none. */
  existing_bytes: number | null;
  exists: boolean;
}

/** Of every database that an instance has or had dumps of, by name. */
export async function newestDumps(c: Connection, sourceId: number, destinationId: number): Promise<NewestDump[]> {
  return await c.rows(
    `select distinct on (d.dbname) d.dbname, d.id as dump_id, d.started_at, d.raw_bytes, d.database_bytes, w.name as worker_name,
      coalesce(r.name, w.name) as restoring_worker_name, d.verified_level, b.size_bytes as existing_bytes, b.id is not null as exists
    from pgsnapman.dump as d
      left join pgsnapman.worker as w on w.id = d.worker_id
      left join pgsnapman.worker as r on r.id = w.restore_worker_id
      left join pgsnapman.database as b on b.instance_id = $2 and b.name = d.dbname and b.dropped_at is null
    where d.instance_id = $1 and d.dump_type = 'full' and d.schemas = '{}' and d.tables = '{}' and d.dbname is not null
      and d.state = 'available' and d.verification_failed is null
    order by d.dbname, d.started_at desc, d.id desc`,
    [sourceId, destinationId],
  );
}

/** How a restore job stands. */
export interface RestoreStanding {
  restore_job_id: number;
  dbname: string;
  /** `waiting`, the stage of a running one, or the outcome. */
  state: string;
  done_bytes: number | null;
  total_bytes: number | null;
  row_count: number | null;
  worker_name: string | null;
  message: string | null;
  /** Null: it has not ended. */
  outcome: string | null;
}

/** In the order of the ids. */
export async function restoreStandings(c: Connection, jobIds: readonly number[]): Promise<RestoreStanding[]> {
  return await c.rows(
    `select r.id as restore_job_id, r.dest_dbname as dbname,
      coalesce(x.outcome, a.stage, case when r.claimed_by is null then 'waiting' else 'queued' end) as state,
      a.done_bytes, a.total_bytes, x.row_count, coalesce(x.worker_name, w.name) as worker_name, x.message, x.outcome
    from pgsnapman.restore_job as r
      left join pgsnapman.restore_run as x on x.uuid = r.run_uuid
      left join pgsnapman.activity as a on a.uuid = r.run_uuid
      left join pgsnapman.worker as w on w.id = r.claimed_by
    where r.id = any ($1) order by r.id`,
    [jobIds],
  );
}
