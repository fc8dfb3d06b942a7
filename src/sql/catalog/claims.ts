import type { DumpJob, RestoreJob } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { DUMP_JOB_COLUMNS, RESTORE_JOB_COLUMNS } from './columns.ts';
import { DUMPING_WORKER, RESTORING_WORKER } from './responsible-worker.ts';

/** Of single jobs; `job` is the alias of the table. */
const unfinished = (job: 'j' | 'r'): string => `${job}.job_type = 'single' and ${job}.finished_at is null`;
const unclaimedAndDue = (job: 'j' | 'r'): string =>
  `${job}.claimed_by is null and ${job}.status = 'active' and (${job}.run_at is null or ${job}.run_at <= now())`;

/** A single job that is waiting and due. */
const waiting = (job: 'j' | 'r'): string => `${unfinished(job)} and ${unclaimedAndDue(job)}`;

/** A single job that waits for whoever may take it, or that the worker (an SQL expression) took and has not finished. */
export const openSingleJob = (job: 'j' | 'r', worker: string): string =>
  `${unfinished(job)} and (${job}.claimed_by = ${worker} or ${unclaimedAndDue(job)})`;

const WORKER_IS_ACTIVE = `exists (select from pgsnapman.worker as w where w.id = $1 and w.status = 'active')`;

/** Taking a job decides the uuid of the dump or run that it will make: whoever runs it, it exists once. */
const TAKE = 'claimed_by = $1, claimed_at = now(), run_uuid = gen_random_uuid()';

/**
 * Takes the single dump jobs that are waiting for this worker. However many processes ask, each job is given once; one
 * that somebody else is just taking is skipped.
 */
export function claimDumpJobs(c: Connection, workerId: number): Promise<DumpJob[]> {
  return c.rows(
    `update pgsnapman.dump_job as j set ${TAKE} from (
      select j.id from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
      where ${waiting('j')} and i.status = 'active' and ${DUMPING_WORKER} = $1 and ${WORKER_IS_ACTIVE}
      for update of j skip locked
    ) as taken where j.id = taken.id returning ${DUMP_JOB_COLUMNS}`,
    [workerId],
  );
}

/** The same for single restore jobs; they belong to the worker that holds the dump, or restores for that one. */
export function claimRestoreJobs(c: Connection, workerId: number): Promise<RestoreJob[]> {
  return c.rows(
    `update pgsnapman.restore_job as r set ${TAKE} from (
      select r.id from pgsnapman.restore_job as r join pgsnapman.instance as dest on dest.id = r.dest_instance_id
      where ${waiting('r')} and dest.status = 'active' and ${RESTORING_WORKER} = $1 and ${WORKER_IS_ACTIVE}
      for update of r skip locked
    ) as taken where r.id = taken.id returning ${RESTORE_JOB_COLUMNS}`,
    [workerId],
  );
}

/**
 * Takes a single job that waits for whoever comes first, for a run by hand that has chosen its uuid; nothing happens to
 * any other job. Without it the next tick would run the job a second time.
 */
export async function claimForRunByHand(
  c: Connection,
  run: { kind: 'dump' | 'restore'; jobId: number; workerId: number; uuid: string },
): Promise<void> {
  await c.execute(
    `update pgsnapman.${run.kind === 'dump' ? 'dump_job' : 'restore_job'}
    set claimed_by = $2, claimed_at = now(), run_uuid = $3
    where id = $1 and job_type = 'single' and finished_at is null and claimed_by is null`,
    [run.jobId, run.workerId, run.uuid],
  );
}

/** Jobs that this worker took and whose result has not arrived: it runs them now, or must queue them again. */
export async function unfinishedClaims(
  c: Connection,
  workerId: number,
): Promise<{ dumpJobs: DumpJob[]; restoreJobs: RestoreJob[] }> {
  return {
    dumpJobs: await c.rows(
      `select ${DUMP_JOB_COLUMNS} from pgsnapman.dump_job as j where ${unfinished('j')} and claimed_by = $1 order by claimed_at, id`,
      [workerId],
    ),
    restoreJobs: await c.rows(
      `select ${RESTORE_JOB_COLUMNS} from pgsnapman.restore_job as r where ${unfinished('r')} and claimed_by = $1 order by claimed_at, id`,
      [workerId],
    ),
  };
}
