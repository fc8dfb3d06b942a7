import type { DumpJobTrigger } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { TRIGGER_COLUMNS } from './columns.ts';

/**
 * Lets a restore job run whenever a dump job ends well, after those that it triggers already.
 * @throws QueryError if it does so already, is not a triggered job, or would overwrite the dump job's own source
 */
export async function addTrigger(c: Connection, dumpJobId: number, restoreJobId: number): Promise<DumpJobTrigger> {
  const row = await c.row<DumpJobTrigger>(
    `insert into pgsnapman.dump_job_trigger as t (dump_job_id, restore_job_id, position)
    values ($1, $2, 1 + coalesce((select max(position) from pgsnapman.dump_job_trigger where dump_job_id = $1), 0))
    returning ${TRIGGER_COLUMNS}`,
    [dumpJobId, restoreJobId],
  );
  if (row === undefined) throw new Error('insert into dump_job_trigger returned no row');
  return row;
}

/** Ids of the restore jobs that a dump job triggers, in their order. */
export async function triggeredRestoreJobs(c: Connection, dumpJobId: number): Promise<number[]> {
  const rows = await c.rows<{ id: number }>(
    'select restore_job_id as id from pgsnapman.dump_job_trigger where dump_job_id = $1 order by position, restore_job_id',
    [dumpJobId],
  );
  return rows.map(({ id }) => id);
}

/** A dump job triggers nothing any more. */
export async function removeTriggers(c: Connection, dumpJobId: number): Promise<void> {
  await c.execute('delete from pgsnapman.dump_job_trigger where dump_job_id = $1', [dumpJobId]);
}
