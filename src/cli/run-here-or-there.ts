import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PgSnapManError } from '../core/errors.ts';
import type { RequestKind } from '../core/model/request.ts';
import type { WorkerSetup } from '../worker/worker-setup.ts';
import { askWorker, leaveQuestion, type Question } from './ask-worker.ts';
import type { Context } from './context.ts';

export interface JobToRun<Result> {
  kind: 'dump' | 'restore';
  /** What is asked of another worker; default: to run it. */
  asks?: RequestKind;
  id: number;
  /** False: ask its worker and return at once. */
  wait: boolean;
  here(worker: WorkerSetup): Promise<Result>;
  /** Reads the answer of the worker that ran it. */
  there(answer: unknown): Result;
}

/**
 * Runs a job in the foreground if this machine's worker has it; else asks the worker that has it, waits and shows the
 * progress. Null: it was asked only.
 * @throws PgSnapManError not_found, configuration if the job has no worker or its worker is halted
 */
export async function runHereOrThere<Result>(context: Context, job: JobToRun<Result>): Promise<Result | null> {
  const { root } = (await context.configuration()).worker;
  if (job.wait && existsSync(join(root, 'worker.json'))) {
    const { OthersJob } = await import('../worker/run/find-job.ts');
    try {
      return await context.withWorker((worker) => job.here(worker));
    } catch (error) {
      if (!(error instanceof OthersJob)) throw error;
    }
  }
  return context.withCatalog(async (catalog) => {
    const subject = `${job.kind} job ${job.id}`;
    const { workerOfJob } = await import('../sql/catalog/responsible-worker.ts');
    await mustExist(catalog, job);
    const worker = await workerOfJob(catalog, job.kind, job.id);
    if (worker === undefined) {
      throw new PgSnapManError(
        'configuration',
        `${subject} has no worker`,
        'give it one, or its instance a default worker',
      );
    }
    const kind = job.asks ?? (job.kind === 'dump' ? 'run_dump_job' : 'run_restore_job');
    const question: Question = { worker, subject, kind, arguments: { job_id: job.id } };
    if (job.wait) return job.there(await askWorker(context, catalog, question));
    const request = await leaveQuestion(context, catalog, question);
    context.output.result(`worker ${worker.name} was asked to run ${subject}: request ${request.id}`, request);
    return null;
  });
}

async function mustExist(
  catalog: Parameters<typeof askWorker>[1],
  job: Pick<JobToRun<unknown>, 'kind' | 'id'>,
): Promise<void> {
  if (job.kind === 'dump') await (await import('../sql/catalog/dump-jobs.ts')).findDumpJob(catalog, job.id);
  else await (await import('../sql/catalog/restore-jobs.ts')).findRestoreJob(catalog, job.id);
}
