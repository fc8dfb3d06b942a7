import type { Demand } from '../../core/dump/on-demand.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { dumpResultOf, type Ending, restoreResultOf } from '../../core/queue/unfinished-results.ts';
import { openRunLog, type RunLog } from '../log/run-log.ts';
import { activityOf } from './activity-of.ts';
import { chooseDump } from './choose-dump.ts';
import { ending } from './ending.ts';
import { about } from './job-text.ts';
import type { RunContext } from './run-context.ts';
import type { Running } from './running.ts';
import { beginStaging } from './staging.ts';
import type { WorkSession } from './work-session.ts';
import { workerContext } from './worker-context.ts';

/** How a run ended. `broken`: in a way that it should not; it may have done its work, or left something behind. */
export interface Ended<Result> {
  result: Result;
  broken: boolean;
  /** It failed for something that may pass by itself. */
  passing: boolean;
}

/**
 * Takes the dump of an entry, from the empty staging folder to the result. Whatever goes wrong is a result too.
 * @param demand what the database said; null: it was not asked
 */
export async function runDump(running: Running, entry: DumpEntry, demand: Demand | null): Promise<Ended<DumpResult>> {
  const { session } = running;
  const startedAt = session.worker.now();
  const log = openRunLog(session.worker.root.log, entry, session.worker.now);
  let passing = false;
  const onPassing = (): void => {
    passing = true;
  };
  try {
    const { takeDump } = await import('../dump/take-dump.ts');
    const { beforeDump } = await import('./hooks.ts');
    const task = {
      uuid: entry.uuid,
      job: entry.job,
      instance: entry.instance,
      triggerKind: entry.trigger_kind,
      dueAt: entry.due_at,
      ...(demand === null ? {} : { demand }),
    };
    const result = await withContext(running, entry, log, startedAt, async (context) => {
      const stopped = entry.job.before_hook_id === null ? null : await beforeDump(session, entry, context, startedAt);
      return stopped ?? takeDump(task, { ...context, onPassing });
    });
    return { result: withLog(result, log), broken: false, passing };
  } catch (error) {
    const result = dumpResultOf(entry, failure(session, entry, error, startedAt, log));
    return { result: withLog(result, log), broken: true, passing: false };
  }
}

/** The same for a restore. The dump that it chooses is written into the entry first: a second try takes the same. */
export async function runRestore(
  running: Running,
  waiting: RestoreEntry,
): Promise<Ended<RestoreResult> & { entry: RestoreEntry }> {
  const { session } = running;
  const startedAt = session.worker.now();
  const log = openRunLog(session.worker.root.log, waiting, session.worker.now);
  let entry = waiting;
  let passing = false;
  const onPassing = (): void => {
    passing = true;
  };
  try {
    const dumpUuid = await chooseDump(await session.worker.dumps(), waiting);
    entry = { ...waiting, dump_uuid: dumpUuid };
    if (waiting.dump_uuid === null) await session.worker.queue.update(entry);
    const { restoreDump } = await import('../restore/restore-dump.ts');
    const { uuid, job, destination, trigger_kind, due_at } = entry;
    const task = { uuid, job, destination, dumpUuid, triggerKind: trigger_kind, dueAt: due_at };
    const result = await withContext(running, entry, log, startedAt, (context) =>
      restoreDump(task, { ...context, onPassing }),
    );
    return { entry, result: withLog(result, log), broken: false, passing };
  } catch (error) {
    const result = restoreResultOf(entry, failure(session, entry, error, startedAt, log));
    return { entry, result: withLog(result, log), broken: true, passing: false };
  }
}

/** What a run tells itself of its log has been cleared of values of rows; our own lines hold none. */
function withLog<T extends DumpResult | RestoreResult>(result: T, log: RunLog): T {
  return { ...result, log_tail: result.log_tail ?? log.tail() };
}

/** Gives a run what it works with, and shows it as an activity for as long as it lasts. */
export async function withContext<T>(
  running: Running,
  entry: QueueEntry,
  log: RunLog,
  startedAt: Date,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const { session, board } = running;
  const { worker, limits } = session;
  const cancel = new AbortController();
  const stagingDirectory = await beginStaging(worker.root.staging, entry, startedAt);
  const activity = board.begin(activityOf(session, entry, startedAt), () => cancel.abort());
  try {
    return await work({
      ...(await workerContext(session)),
      stagingDirectory,
      limits: { stallTimeoutMs: limits.stallTimeoutMs(entry.job), lockWaitTimeoutMs: limits.lockWaitTimeoutMs() },
      onProgress(progress) {
        activity.progress(progress);
        running.onProgress?.(entry.kind, entry.job.id, progress);
      },
      onMessage: ({ level, text, script }) =>
        session.reporter.report(level, text, { ...about(entry), tool: `script ${script}` }),
      log: log.line,
      signal: AbortSignal.any([running.signal, cancel.signal]),
    });
  } finally {
    activity.end();
  }
}

/** A refusal of ours is a sentence; anything else is a bug, whose trace stays in the log of the run. */
function failure(session: WorkSession, entry: QueueEntry, error: unknown, startedAt: Date, log: RunLog): Ending {
  const known = error instanceof PgSnapManError;
  const sentence = known
    ? [error.message, error.hint].filter(Boolean).join('; ')
    : `internal error: ${errorText(error)}`;
  log.line(sentence);
  if (!known && error instanceof Error)
    session.reporter.log({ level: 'error', uuid: entry.uuid, text: sentence, stack: error.stack });
  return ending(session, startedAt, 'failed', sentence);
}
