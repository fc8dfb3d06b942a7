import type { Connection } from '../connection.ts';

export type Haltable = 'worker' | 'instance' | 'dump_job' | 'restore_job';

/** Halts or activates rows; gives the ids that changed. */
export async function setStatus(
  catalog: Connection,
  table: Haltable,
  ids: readonly number[],
  status: 'active' | 'halted',
): Promise<number[]> {
  const changed = await catalog.rows<{ id: number }>(
    `update pgsnapman.${table} set status = $2 where id = any($1::integer[]) and status <> $2 returning id`,
    [ids, status],
  );
  return changed.map(({ id }) => id);
}

/** Lets single jobs that have finished wait again; gives the ids that changed. */
export async function runAgain(
  catalog: Connection,
  table: 'dump_job' | 'restore_job',
  ids: readonly number[],
): Promise<number[]> {
  const changed = await catalog.rows<{ id: number }>(
    `update pgsnapman.${table} set claimed_by = null, claimed_at = null, run_uuid = null, finished_at = null
    where id = any($1::integer[]) and job_type = 'single' and finished_at is not null returning id`,
    [ids],
  );
  return changed.map(({ id }) => id);
}

/** Gives a repeat job another schedule; false: it is no repeat job any more, or gone. */
export async function setSchedule(
  catalog: Connection,
  table: 'dump_job' | 'restore_job',
  jobId: number,
  schedule: string,
): Promise<boolean> {
  const changed = await catalog.execute(
    `update pgsnapman.${table} set schedule = $2 where id = $1 and job_type = 'repeat'`,
    [jobId, schedule],
  );
  return changed === 1;
}

/** Says for dumps whether retention may drop them; gives the ids that changed. */
export async function setKeep(
  catalog: Connection,
  dumpIds: readonly number[],
  keep: 'auto' | 'yes' | 'no',
): Promise<number[]> {
  const changed = await catalog.rows<{ id: number }>(
    'update pgsnapman.dump set keep = $2 where id = any($1::bigint[]) and keep <> $2 returning id',
    [dumpIds, keep],
  );
  return changed.map(({ id }) => id);
}

/** What became of asking for a run: `added` a single job, `activated` the job itself, or it is `waiting` already. */
export interface RunRequest {
  state: 'added' | 'activated' | 'waiting';
  jobId: number;
}

const COPIED = {
  dump_job: `instance_id, worker_id, dbname, dump_type, schemas, tables, options, timezone, script_id, before_hook_id, after_hook_id, keep_daily, keep_weekly,
    keep_monthly, keep_yearly, keep_last, parallel, catch_up, stall_timeout`,
  restore_job: `dump_id, latest_of_dump_job_id, dest_instance_id, dest_dbname, restore_type, schemas, tables, schema_as, existing_db,
    existing_data, role_handling, tablespace_handling, tablespace_map, role_map, options, parallel, accept_losses, force, keep, properties,
    passwords, timezone, before_script_id, after_script_id, after_hook_id, catch_up, stall_timeout`,
} as const;

/**
 * Has a job run as soon as its worker looks, which is how a manager that reaches only the catalog starts one: a repeat job
 * gets a single copy of itself (a dump job's with its triggers), a single job becomes waiting again. Undefined: it is gone.
 */
export async function requestRun(
  catalog: Connection,
  table: 'dump_job' | 'restore_job',
  jobId: number,
): Promise<RunRequest | undefined> {
  return catalog.transaction(async () => {
    const job = await catalog.row<{ job_type: string; waiting: boolean }>(
      `select job_type, status = 'active' and finished_at is null and (claimed_at is not null or coalesce(run_at <= now(), true)) as waiting
      from pgsnapman.${table} where id = $1 for update`,
      [jobId],
    );
    if (job === undefined) return undefined;
    if (job.job_type === 'single' && job.waiting) return { state: 'waiting', jobId };
    if (job.job_type === 'single') {
      await catalog.execute(
        `update pgsnapman.${table} set status = 'active', run_at = null, claimed_by = null, claimed_at = null, run_uuid = null,
          finished_at = null where id = $1`,
        [jobId],
      );
      return { state: 'activated', jobId };
    }
    return { state: 'added', jobId: await addSingleCopy(catalog, table, jobId) };
  });
}

async function addSingleCopy(catalog: Connection, table: 'dump_job' | 'restore_job', jobId: number): Promise<number> {
  const copy = await catalog.row<{ id: number }>(
    `insert into pgsnapman.${table} (${COPIED[table]}, job_type, comment)
    select ${COPIED[table]}, 'single', 'run by hand of job ' || id from pgsnapman.${table} where id = $1 returning id`,
    [jobId],
  );
  if (copy === undefined) throw new Error(`job ${jobId} vanished while it was locked`);
  if (table === 'dump_job') {
    await catalog.execute(
      `insert into pgsnapman.dump_job_trigger (dump_job_id, restore_job_id, position)
      select $2, restore_job_id, position from pgsnapman.dump_job_trigger where dump_job_id = $1`,
      [jobId, copy.id],
    );
  }
  return copy.id;
}
