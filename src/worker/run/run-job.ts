import { v7 as uuidv7 } from 'uuid';
import { PgSnapManError } from '../../core/errors.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { createActivityBoard } from '../activity/activity-board.ts';
import { tryLock, withLock } from '../lock/lock.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { doEntry } from './do-entry.ts';
import { findOwnDumpJob, findOwnRestoreJob } from './find-job.ts';
import { entryText } from './job-text.ts';
import { jobLock, takeSlots } from './pick-entry.ts';
import { connectToCatalog } from './reach-catalog.ts';
import { runQueue } from './run-queue.ts';
import type { FinishedRun, Running } from './running.ts';
import { uploadAtEnd } from './upload-results.ts';
import { withOwnCatalog } from './with-own-catalog.ts';
import { beginSession, QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

export interface RunJobOptions {
  /** Identity of the dump or restore run; default: a new one. */
  uuid?: string;
  onProgress?: (progress: Progress) => void;
  /** Ends the run as cancelled. */
  signal?: AbortSignal;
  /** A restore that the dump triggered has ended. */
  onTriggered?: (result: RestoreResult) => void;
}

/**
 * Takes the dump of a job now, in the foreground, also of a halted one; then its triggered restores; uploads the results
 * if the catalog is there. A failed dump is a result.
 * @throws PgSnapManError not_found, busy if the job runs already, configuration if it is another worker's or this worker
 * is halted, catalog_unreachable if there is no cache either
 */
export async function runDumpJobNow(
  worker: WorkerSetup,
  jobId: number,
  options: RunJobOptions = {},
): Promise<DumpResult> {
  const session = await beginSession(worker);
  const { job, instance } = await withOwnCatalog(session, (catalog) => findOwnDumpJob(session, catalog, jobId));
  const entry: DumpEntry = { ...common(worker, options.uuid), kind: 'dump', job, instance };
  return foreground(session, entry, options, async (running, run) => {
    if (run?.kind !== 'dump') throw leftBehind(entry);
    const wanted = (other: QueueEntry): boolean =>
      other.kind === 'restore' && other.trigger_kind === 'dump' && other.dump_uuid === entry.uuid;
    for (const triggered of await runQueue({ ...running, onProgress: undefined }, wanted)) {
      if (triggered.kind === 'restore') options.onTriggered?.(triggered.result);
    }
    return run.result;
  });
}

/** The same for a restore job. @throws also usage when the job has no dump of its own */
export async function runRestoreJobNow(
  worker: WorkerSetup,
  jobId: number,
  options: RunJobOptions = {},
): Promise<RestoreResult> {
  const session = await beginSession(worker);
  const { job, destination } = await withOwnCatalog(session, (catalog) => findOwnRestoreJob(session, catalog, jobId));
  const entry: RestoreEntry = {
    ...common(worker, options.uuid),
    kind: 'restore',
    job,
    destination,
    dump_uuid: job.dump_uuid,
    position: 0,
  };
  return foreground(session, entry, options, async (_, run) => {
    if (run?.kind !== 'restore') throw leftBehind(entry);
    return run.result;
  });
}

/** An entry of a run by hand has been started from the first moment: nobody else picks it, unless this process died. */
function common(worker: WorkerSetup, uuid: string = uuidv7()) {
  return {
    format: 1,
    uuid,
    trigger_kind: 'manual',
    due_at: null,
    queued_at: worker.now(),
    attempts: 1,
  } as const;
}

async function foreground<T>(
  session: WorkSession,
  entry: QueueEntry,
  { onProgress, signal }: RunJobOptions,
  after: (running: Running, run: FinishedRun | null) => Promise<T>,
): Promise<T> {
  const board = createActivityBoard(() => connectToCatalog(session));
  const running: Running = {
    session,
    board,
    signal: signal ?? new AbortController().signal,
    onProgress: onProgress === undefined ? undefined : (_kind, _id, progress) => onProgress(progress),
  };
  try {
    return await after(running, await runLocked(running, entry));
  } finally {
    await board.close();
    await uploadAtEnd(session, { wait: true });
  }
}

async function runLocked(running: Running, entry: QueueEntry): Promise<FinishedRun | null> {
  const { session } = running;
  const lock = tryLock(jobLock(session, entry.kind, entry.job.id));
  if (lock === null) {
    throw new PgSnapManError('busy', `${entryText(entry)} is running already`, '`pgsnapman activity list` shows it');
  }
  const releaseSlots = takeSlots(session, entry);
  try {
    const concluded = await takeOver(running, entry);
    if (concluded !== null) return concluded;
    if (entry.job.job_type === 'single') await claim(session, entry);
    return await doEntry(running, entry, false);
  } finally {
    releaseSlots();
    lock.release();
  }
}

/** A single job that is run by hand is not to be run by a tick as well. With the catalog away the upload sees to it. */
async function claim(session: WorkSession, { kind, job, uuid }: QueueEntry): Promise<void> {
  const { workerId } = session.reporter;
  const catalog = workerId === null ? null : await connectToCatalog(session).catch(() => null);
  if (catalog === null || workerId === null) return;
  try {
    const { claimForRunByHand } = await import('../../sql/catalog/claims.ts');
    await claimForRunByHand(catalog, { kind, jobId: job.id, workerId, uuid });
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
  } finally {
    await catalog.close();
  }
}

/**
 * Puts the entry into the queue. One that a dead run by hand left there is brought to its end first; if that was this
 * very run, how it ended is returned.
 */
async function takeOver(running: Running, entry: QueueEntry): Promise<FinishedRun | null> {
  const { worker } = running.session;
  const added = (): Promise<boolean> =>
    withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, () => worker.queue.add(entry));
  if (await added()) return null;
  const { entries } = await worker.queue.list();
  const dead = entries.find(
    (other) => other.kind === entry.kind && other.job.id === entry.job.id && other.trigger_kind === 'manual',
  );
  if (dead !== undefined) {
    const run = await doEntry(running, dead, true);
    if (dead.uuid === entry.uuid) return run;
  }
  if (!(await added())) throw leftBehind(entry);
  return null;
}

function leftBehind(entry: QueueEntry): PgSnapManError {
  return new PgSnapManError(
    'run_failed',
    `${entryText(entry)} left something behind that cannot be cleared up now`,
    '`pgsnapman message list` says what; the worker tries again every minute',
  );
}
