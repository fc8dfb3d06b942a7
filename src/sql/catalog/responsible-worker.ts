import type { Worker } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';

/** Who does the work of a job, as SQL; one place, so that what is cached and what is claimed is the same. */

/** The worker that takes the dumps of dump job j of instance i. */
export const DUMPING_WORKER = 'coalesce(j.worker_id, i.default_worker_id)';

/**
 * The worker whose repository has, or will have, the dump that restore job r restores; null for triggered jobs, and when
 * the dump or its worker is gone.
 */
const HOLDING_WORKER = `coalesce(
    (select d.worker_id from pgsnapman.dump as d where d.id = r.dump_id),
    (select ${DUMPING_WORKER} from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
      where j.id = r.latest_of_dump_job_id))`;

/** The worker that restores it: the one that holds the dump, or the one that restores for that. */
export const RESTORING_WORKER = `(select coalesce(h.restore_worker_id, h.id) from pgsnapman.worker as h
    where h.id = ${HOLDING_WORKER})`;

export type ResponsibleWorker = Pick<Worker, 'id' | 'name' | 'status' | 'last_seen_at'>;

/** The worker that runs a job; undefined: it has none, or a restore job's dump is gone. */
export function workerOfJob(
  c: Connection,
  kind: 'dump' | 'restore',
  jobId: number,
): Promise<ResponsibleWorker | undefined> {
  const id =
    kind === 'dump'
      ? `(select ${DUMPING_WORKER} from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
          where j.id = $1)`
      : `(select ${RESTORING_WORKER} from pgsnapman.restore_job as r where r.id = $1)`;
  return c.row(`select w.id, w.name, w.status, w.last_seen_at from pgsnapman.worker as w where w.id = ${id}`, [jobId]);
}
