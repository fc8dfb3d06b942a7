import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { Message } from '../../core/model/results.ts';
import { runsOfOthers } from '../../core/queue/occupation.ts';
import { isUnstartedClaim } from '../../core/queue/queue-entry.ts';
import type { Connection } from '../../sql/connection.ts';
import { createActivityBoard } from '../activity/activity-board.ts';
import { tryLock } from '../lock/lock.ts';
import type { ClaimedRequest } from '../requests/claim-requests.ts';
import { lockPath, type WorkerSetup } from '../worker-setup.ts';
import { checkClock } from './check-clock.ts';
import { greetCatalog } from './greet-catalog.ts';
import { clearLeftovers, clearTemporaries, isAlive } from './leftovers.ts';
import { queueDueJobs } from './queue-due-jobs.ts';
import { connectToCatalog, reachCatalog } from './reach-catalog.ts';
import { refreshConfiguration } from './refresh-configuration.ts';
import { runQueue } from './run-queue.ts';
import type { FinishedRun } from './running.ts';
import { isDutyDue } from './timetable.ts';
import { FIRST_UPLOAD_MS, uploadAtEnd, uploadResults } from './upload-results.ts';
import { beginSession, type WorkSession } from './work-session.ts';

export interface TickOptions {
  /** Ends the runs of this tick as cancelled. */
  signal?: AbortSignal;
  onProgress?: (kind: 'dump' | 'restore', jobId: number, progress: Progress) => void;
}

export interface TickResult {
  /** 21: at least one run of this tick failed or stalled. */
  exitCode: 0 | 21;
  /** What this process ran to its end. */
  runs: FinishedRun[];
  /** What it had to tell the administrator. */
  messages: readonly Message[];
}

/**
 * One tick, as cron starts it every minute: looks at the catalog if it is there, puts what is due into the queue, runs
 * the queue. Ticks overlap; only one at a time does the first part, the others go straight to the queue.
 * @throws PgSnapManError what is wrong with the configuration, after the work that goes on without; before it when
 * another root directory works under this name, or when there is neither catalog nor cache
 */
export async function runTick(worker: WorkerSetup, options: TickOptions = {}): Promise<TickResult> {
  const session = await beginSession(worker);
  const lock = tryLock(lockPath(worker, 'tick'));
  let prepared: Prepared = { trouble: null, requests: [], discoveryIsDue: false };
  if (lock !== null) {
    try {
      prepared = await prepare(session);
    } finally {
      lock.release();
    }
  }
  const [runs] = await Promise.all([
    work(session, options),
    answer(session, prepared.requests, options),
    prepared.discoveryIsDue ? lookForDatabases(session) : null,
  ]);
  await doDutiesIfDue(session, options);
  await uploadAtEnd(session);
  const { trouble } = prepared;
  if (trouble !== null) throw trouble;
  const failed = runs.some(({ result }) => result.outcome === 'failed' || result.outcome === 'stalled');
  return { exitCode: failed ? 21 : 0, runs, messages: session.reporter.messages };
}

async function work(session: WorkSession, { signal, onProgress }: TickOptions): Promise<FinishedRun[]> {
  const board = createActivityBoard(() => connectToCatalog(session));
  try {
    return await runQueue({
      session,
      board,
      signal: signal ?? new AbortController().signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } finally {
    await board.close();
  }
}

async function answer(session: WorkSession, requests: readonly ClaimedRequest[], options: TickOptions): Promise<void> {
  if (requests.length === 0) return;
  const { answerRequests } = await import('../requests/answer-requests.ts');
  await answerRequests(session, requests, options.signal ?? new AbortController().signal);
}

/** After the queue: cleaning and verification may take long, and dumps come first. */
async function doDutiesIfDue(session: WorkSession, { signal }: TickOptions): Promise<void> {
  const { doDuties } = await import('./duties.ts');
  await doDuties(session, signal ?? new AbortController().signal);
}

/** Beside the queue, not before it: an instance that does not answer must not hold up dumps. */
async function lookForDatabases(session: WorkSession): Promise<void> {
  const { discoverNow } = await import('../discovery/discover-now.ts');
  await discoverNow(session);
}

/** What the first part of a tick leaves to be done. */
interface Prepared {
  /** What is wrong with the configuration although the work can go on without it. */
  trouble: PgSnapManError | null;
  requests: ClaimedRequest[];
  discoveryIsDue: boolean;
}

/** Everything before the queue runs; alone among the ticks of this worker. */
async function prepare(session: WorkSession): Promise<Prepared> {
  const { newDay } = await checkClock(session);
  const { catalog, trouble } = await lookForCatalog(session);
  const prepared: Prepared = { trouble, requests: [], discoveryIsDue: false };
  if (catalog !== null) {
    try {
      await workWithCatalog(session, catalog, prepared);
    } catch (error) {
      if (!isPassing(error, session)) throw error;
      session.reporter.log({ level: 'warning', text: `the catalog was lost: ${errorText(error)}` });
    } finally {
      await catalog.close();
    }
  }
  await queueDueJobs(session);
  await clearLeftovers(session);
  await clearTemporaries(session);
  if (newDay) await tidyLogs(session);
  return prepared;
}

async function tidyLogs({ worker, limits, reporter }: WorkSession): Promise<void> {
  const { rotateLogs } = await import('../log/rotate-logs.ts');
  await rotateLogs(worker.root.log, limits.messageKeepDays()).catch((error: unknown) =>
    reporter.log({ level: 'warning', text: `old logs were not tidied up: ${errorText(error)}` }),
  );
}

/** Without catalog and cache there is nothing to do but to say so. */
async function lookForCatalog(
  session: WorkSession,
): Promise<{ catalog: Connection | null; trouble: PgSnapManError | null }> {
  try {
    if (session.configuration === null) return { catalog: await connectToCatalog(session), trouble: null };
    return { catalog: await reachCatalog(session), trouble: null };
  } catch (error) {
    if (!(error instanceof PgSnapManError) || session.configuration === null) throw error;
    return { catalog: null, trouble: error };
  }
}

/** What nothing waits for is not even loaded: most ticks end here after two statements. */
async function workWithCatalog(session: WorkSession, catalog: Connection, prepared: Prepared): Promise<void> {
  await uploadResults(session, catalog, FIRST_UPLOAD_MS);
  const waits = await greetCatalog(session, catalog);
  const { workerId } = session.reporter;
  if (waits.activities && workerId !== null) await lookAtActivities(session, catalog, workerId);
  await refreshConfiguration(session, catalog, waits.configuration);
  const { entries } = await session.worker.queue.list();
  if (waits.claims || entries.some(isUnstartedClaim)) {
    const { queueClaims } = await import('./queue-claims.ts');
    await queueClaims(session, catalog);
  }
  if (waits.requests) {
    const { claimRequests } = await import('../requests/claim-requests.ts');
    prepared.requests = await claimRequests(session, catalog);
  }
  if (waits.keep_flags && workerId !== null) {
    const { noteKeepFlags } = await import('../clean/state-files.ts');
    await noteKeepFlags(session.worker, catalog, workerId);
  }
  const halted = session.configuration?.worker.status === 'halted';
  prepared.discoveryIsDue = !halted && (await isDutyDue(session, 'discovery'));
}

/** What runs here and elsewhere; what was shown as running here and is not any more is taken away. */
async function lookAtActivities(session: WorkSession, catalog: Connection, workerId: number): Promise<void> {
  const [{ listOccupations }, { removeStaleActivities }] = await Promise.all([
    import('../../sql/catalog/activities.ts'),
    import('../activity/stale-activities.ts'),
  ]);
  const occupations = await listOccupations(catalog);
  session.runsOfOthers = runsOfOthers(occupations, workerId);
  const own = occupations.filter(({ worker_id }) => worker_id === workerId);
  await removeStaleActivities(catalog, own, (uuid) => isAlive(session, uuid));
}

/**
 * True for what a tick survives: the catalog went away in the middle, or refused something. Not for a root directory that
 * is not the one that works under this name, nor for a worker that nobody knows.
 */
function isPassing(error: unknown, session: WorkSession): boolean {
  if (!(error instanceof PgSnapManError) || error.code === 'configuration') return false;
  return error.code !== 'not_found' || session.configuration !== null;
}
