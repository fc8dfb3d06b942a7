import type { Connection } from '../connection.ts';

/** Rows that one statement changes or deletes: each takes its contents and triggers along. */
const BATCH = 500;

async function inBatches<T>(
  ids: readonly number[],
  work: (batch: readonly number[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const done: T[] = [];
  for (let at = 0; at < ids.length; at += BATCH) done.push(...(await work(ids.slice(at, at + BATCH))));
  return done;
}

/**
 * Marks good dumps of a worker for removal; gives the ids of those that are now. What somebody has just said stays: a
 * dump that is to be kept, or that an active restore job names, is left out.
 */
export function markRemoving(c: Connection, workerId: number, dumpIds: readonly number[]): Promise<number[]> {
  return inBatches(dumpIds, async (batch) => {
    const rows = await c.rows<{ id: number }>(
      `update pgsnapman.dump as d set state = 'removing'
      where d.id = any ($1::bigint[]) and d.worker_id = $2 and d.state = 'available' and d.keep <> 'yes'
        and not exists (select from pgsnapman.restore_job as r
          where r.dump_id = d.id and r.status = 'active' and not (r.job_type = 'single' and r.finished_at is not null))
      returning d.id`,
      [batch, workerId],
    );
    return rows.map(({ id }) => id);
  });
}

export interface RemovingDump {
  id: number;
  uuid: string;
}

/** All dumps of a worker that are marked, whoever marked them when. */
export function removingDumps(c: Connection, workerId: number): Promise<RemovingDump[]> {
  return c.rows(
    `select id, uuid from pgsnapman.dump where worker_id = $1 and state = 'removing' order by started_at, id`,
    [workerId],
  );
}

/** Removes the rows of marked dumps, after their data. Gives how many. */
export async function deleteRemoved(c: Connection, workerId: number, dumpIds: readonly number[]): Promise<number> {
  const gone = await inBatches(dumpIds, (batch) =>
    c.rows<{ id: number }>(
      `delete from pgsnapman.dump where id = any ($1::bigint[]) and worker_id = $2 and state = 'removing' returning id`,
      [batch, workerId],
    ),
  );
  return gone.length;
}

/** Removes rows that no data belongs to: failed and lost dumps. Gives how many. */
export async function deleteRows(c: Connection, workerId: number, dumpIds: readonly number[]): Promise<number> {
  const gone = await inBatches(dumpIds, (batch) =>
    c.rows<{ id: number }>(
      `delete from pgsnapman.dump where id = any ($1::bigint[]) and worker_id = $2 and coalesce(state, 'lost') = 'lost'
        and keep <> 'yes' returning id`,
      [batch, workerId],
    ),
  );
  return gone.length;
}

/** Marks dumps that the repository does not have any more. Gives what they were. */
export function markLost(
  c: Connection,
  workerId: number,
  dumpIds: readonly number[],
): Promise<{ id: number; dbname: string | null; started_at: Date }[]> {
  return inBatches(dumpIds, (batch) =>
    c.rows(
      `update pgsnapman.dump set state = 'lost' where id = any ($1::bigint[]) and worker_id = $2 and state = 'available'
      returning id, dbname, started_at`,
      [batch, workerId],
    ),
  );
}

/** Notes that a cleaning went through a job's dumps. */
export async function noteCleaned(c: Connection, jobId: number, at: Date): Promise<void> {
  await c.execute('update pgsnapman.dump_job set cleaned_at = $2 where id = $1', [jobId, at]);
}

/** Removes what is older than the setting wants: this worker's messages, restore runs without an undo, requests, audit. */
export async function deleteOld(c: Connection, workerId: number, before: Date): Promise<number> {
  const statements = [
    'delete from pgsnapman.message where logged_at < $1 and (worker_id = $2 or worker_id is null)',
    `delete from pgsnapman.restore_run where started_at < $1 and undo_oid is null and (worker_id = $2 or worker_id is null)`,
    `delete from pgsnapman.request where requested_at < $1 and worker_id = $2 and state not in ('waiting', 'running')`,
    'delete from pgsnapman.audit where changed_at < $1 and $2::integer is not null',
  ];
  let deleted = 0;
  for (const statement of statements) deleted += await c.execute(statement, [before, workerId]);
  return deleted;
}
