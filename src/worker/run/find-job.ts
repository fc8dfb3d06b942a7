import { PgSnapManError } from '../../core/errors.ts';
import {
  type DumpJob,
  dumpJobSchema,
  type Instance,
  instanceSchema,
  type RestoreJob,
  restoreJobSchema,
} from '../../core/model/configuration.ts';
import { isDumpJobOf } from '../../core/queue/jobs-of-worker.ts';
import type { Connection } from '../../sql/connection.ts';
import type { WorkSession } from './work-session.ts';

/** The job is there, and another worker runs it. */
export class OthersJob extends PgSnapManError {}

export interface FoundDumpJob {
  job: DumpJob;
  instance: Instance;
}
export interface FoundRestoreJob {
  job: RestoreJob;
  destination: Instance;
}

/**
 * A dump job of this worker, from the catalog if it is there (`catalog` null: not), else from the cache; also one that is
 * halted or has finished. @throws PgSnapManError not_found, configuration if another worker takes its dumps
 */
export async function findOwnDumpJob(
  session: WorkSession,
  catalog: Connection | null,
  id: number,
): Promise<FoundDumpJob> {
  if (catalog === null) return cachedDumpJob(session, id);
  const { findDumpJob } = await import('../../sql/catalog/dump-jobs.ts');
  const row = await findDumpJob(catalog, id);
  const instance = await readInstance(catalog, row.instance_id);
  await requireOwn(session, catalog, `dump job ${id}`, row.worker_id ?? instance.default_worker_id);
  return { job: dumpJobSchema.parse(row), instance };
}

/**
 * The same for a restore job, which belongs to the worker that has its dump, and to the one that restores for that.
 * @param dumpUuid a dump to restore instead of the job's own
 */
export async function findOwnRestoreJob(
  session: WorkSession,
  catalog: Connection | null,
  id: number,
  dumpUuid: string | null = null,
): Promise<FoundRestoreJob> {
  if (catalog === null) return cachedRestoreJob(session, id, dumpUuid);
  const { findRestoreJob } = await import('../../sql/catalog/restore-jobs.ts');
  const job = restoreJobSchema.parse(await findRestoreJob(catalog, id));
  if (dumpUuid === null) refuseWithoutDump(job);
  const holder = await holderOf(catalog, job, dumpUuid);
  if (!(await restoresFor(session, catalog, holder))) {
    await requireOwn(session, catalog, `the dump of restore job ${id}`, holder);
  }
  return { job, destination: await readInstance(catalog, job.dest_instance_id) };
}

function cachedDumpJob({ configuration }: WorkSession, id: number): FoundDumpJob {
  const job = configuration?.dump_jobs.find((candidate) => candidate.id === id);
  const instance = configuration?.instances.find((candidate) => candidate.id === job?.instance_id);
  if (configuration === null || job === undefined || instance === undefined || !isDumpJobOf(configuration, job)) {
    throw notCached(`dump job ${id}`);
  }
  return { job, instance };
}

function cachedRestoreJob({ configuration }: WorkSession, id: number, dumpUuid: string | null): FoundRestoreJob {
  const job = configuration?.restore_jobs.find((candidate) => candidate.id === id);
  const destination = configuration?.instances.find((candidate) => candidate.id === job?.dest_instance_id);
  if (job === undefined || destination === undefined) throw notCached(`restore job ${id}`);
  if (dumpUuid === null) refuseWithoutDump(job);
  return { job, destination };
}

function notCached(what: string): PgSnapManError {
  return new PgSnapManError(
    'not_found',
    `there is no ${what} in the cached configuration of this worker, and the catalog cannot be reached`,
    'try again when the catalog is back',
  );
}

function refuseWithoutDump(job: RestoreJob): void {
  if (job.dump_id !== null || job.dump_uuid !== null || job.latest_of_dump_job_id !== null) return;
  throw new PgSnapManError(
    'usage',
    `restore job ${job.id} has no dump of its own`,
    job.job_type === 'trigger'
      ? 'it runs after the dump job that triggers it: `pgsnapman dumpjob run`'
      : 'its dump is gone; choose another one',
  );
}

async function readInstance(catalog: Connection, id: number): Promise<Instance> {
  const { findInstance } = await import('../../sql/catalog/instances.ts');
  return instanceSchema.parse(await findInstance(catalog, id));
}

/** The worker whose repository has the dump of a restore job; null: it is gone. */
async function holderOf(catalog: Connection, job: RestoreJob, dumpUuid: string | null): Promise<number | null> {
  if (dumpUuid === null && job.latest_of_dump_job_id !== null) {
    const { findDumpJob } = await import('../../sql/catalog/dump-jobs.ts');
    const source = await findDumpJob(catalog, job.latest_of_dump_job_id);
    return source.worker_id ?? (await readInstance(catalog, source.instance_id)).default_worker_id;
  }
  const { findDump } = await import('../../sql/catalog/dumps.ts');
  return (await findDump(catalog, dumpUuid ?? String(job.dump_id))).worker_id;
}

/** True if this worker restores the dumps that another one holds. */
async function restoresFor(session: WorkSession, catalog: Connection, holderId: number | null): Promise<boolean> {
  if (holderId === null || holderId === session.reporter.workerId) return false;
  const { findWorker } = await import('../../sql/catalog/workers.ts');
  return (await findWorker(catalog, holderId)).restore_worker_id === session.reporter.workerId;
}

async function requireOwn(
  session: WorkSession,
  catalog: Connection,
  what: string,
  workerId: number | null,
): Promise<void> {
  if (workerId === session.reporter.workerId) return;
  if (workerId === null)
    throw new PgSnapManError('configuration', `${what} has no worker`, 'give its instance a default worker');
  const { findWorker } = await import('../../sql/catalog/workers.ts');
  const { name } = await findWorker(catalog, workerId);
  throw new OthersJob(
    'configuration',
    `${what} belongs to worker ${name}, this is ${session.worker.name}`,
    `run it on ${name}`,
  );
}
