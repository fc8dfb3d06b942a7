import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { applicationNameOf } from '../../core/dump/dump-command.ts';
import { errorCode, PgSnapManError } from '../../core/errors.ts';
import type { ScriptText } from '../../core/model/configuration.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import { withWarning } from '../../core/model/with-warning.ts';
import { type DumpEntry, instanceOf, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { dumpResultOf } from '../../core/queue/unfinished-results.ts';
import { afterHookStep } from '../../core/script/after-hook.ts';
import { outcomeEnvironment, type ScriptPurpose, scriptEnvironment } from '../../core/script/script-environment.ts';
import { endProcesses } from '../dump/end-processes.ts';
import { faultPoint } from '../fault.ts';
import { makeAccessible } from '../files/make-accessible.ts';
import { openRunLog } from '../log/run-log.ts';
import { dumpFolderName } from '../repository/dump-folder.ts';
import { storageError } from '../repository/storage-error.ts';
import { runScript } from '../scripts/run-script.ts';
import { activityOf } from './activity-of.ts';
import { ending } from './ending.ts';
import { about } from './job-text.ts';
import type { RunContext } from './run-context.ts';
import type { Running } from './running.ts';
import { keepStaging } from './staging.ts';
import type { WorkSession } from './work-session.ts';

/** One run of a hook. */
interface HookOrder {
  script: ScriptText | null;
  purpose: ScriptPurpose;
  /** Where it gets a folder of its own, which is removed. */
  folder: string;
  environment?: Readonly<Record<string, string>>;
  signal: AbortSignal;
  log(line: string): void;
}

/** Runs the script before a dump. A result: it did not end well, so no dump is taken. Null: go on. */
export async function beforeDump(
  session: WorkSession,
  entry: DumpEntry,
  context: RunContext,
  startedAt: Date,
): Promise<DumpResult | null> {
  const { stagingDirectory: folder, signal, log } = context;
  context.onProgress({ ...activityOf(session, entry, startedAt), stage: 'script before' });
  const order = { script: entry.job.before_hook, purpose: 'before-dump' as const, folder, signal, log };
  const failure = await runHook(session, entry, order);
  if (failure === null) {
    faultPoint('hook.before-ended');
    return null;
  }
  const outcome = signal.aborted ? 'cancelled' : 'failed';
  const message = signal.aborted
    ? 'the dump was cancelled'
    : `the script before the dump did not end well, so none was taken: ${failure.message}`;
  log(message);
  return { ...dumpResultOf(entry, ending(session, startedAt, outcome, message)), error_code: errorCode(failure) };
}

/**
 * Runs the script after a dump or a restore, whatever became of that, and puts what goes wrong with it into the result. The
 * queue entry says when it has begun and when it has ended: after a crash one that has ended is not run again, one that
 * was cut off is, once.
 */
export async function runAfterHook<E extends QueueEntry, R extends DumpResult | RestoreResult>(
  running: Running,
  entry: E,
  result: R,
): Promise<{ entry: E; result: R }> {
  const { worker } = running.session;
  const step = afterHookStep(entry.after_hook);
  if (step === 'ended') return { entry, result: withWarning(result, entry.after_hook?.warning ?? null) };
  const begun = { ...entry, after_hook: { starts: (entry.after_hook?.starts ?? 0) + 1, ended: false, warning: null } };
  let warning: string | null = `the script after the ${entry.kind} was not run again: its process died twice`;
  let hooked = result;
  if (step === 'run') {
    await worker.queue.update(begun);
    faultPoint('hook.begun');
    ({ warning, result: hooked } = await perform(running, begun, result));
    faultPoint('hook.run');
  }
  const ended = { ...begun, after_hook: { ...begun.after_hook, ended: true, warning } };
  await worker.queue.update(ended);
  faultPoint('hook.ended');
  return { entry: ended, result: withWarning(hooked, warning) };
}

async function perform<R extends DumpResult | RestoreResult>(
  { session, board }: Running,
  entry: QueueEntry,
  result: R,
): Promise<{ warning: string | null; result: R }> {
  const { worker } = session;
  // What a process that died has left of it; a second one must not run beside the first.
  await endProcesses(applicationNameOf(entry.uuid));
  const folder = await keepStaging(worker.root.staging, entry, result.started_at);
  const log = openRunLog(worker.root.log, entry, worker.now);
  const cancel = new AbortController();
  const shown = { ...activityOf(session, entry, result.started_at), stage: 'script after' };
  const activity = board.begin(shown, () => cancel.abort());
  try {
    const failure = await runHook(session, entry, {
      script: entry.job.after_hook,
      purpose: `after-${entry.kind}`,
      folder,
      environment: await outcomeOf(session, result),
      // Not that of the run: also one that was cancelled, or whose worker is asked to end, has its script.
      signal: cancel.signal,
      log: log.line,
    });
    const warning = failure === null ? null : `the script after the ${entry.kind} did not end well: ${failure.message}`;
    if (warning !== null) log.line(warning);
    const tail = [result.log_tail ?? '', log.tail()].filter((text) => text !== '').join('\n');
    return { warning, result: { ...result, log_tail: tail.split('\n').slice(-LOG_TAIL_LINES).join('\n') } };
  } finally {
    activity.end();
  }
}

const LOG_TAIL_LINES = 200;

/** What the script is told of the end of the run. */
async function outcomeOf({ worker }: WorkSession, result: DumpResult | RestoreResult) {
  const uuid = 'dump_uuid' in result ? result.dump_uuid : result.uuid;
  const repository = await worker.repository();
  const found = uuid === null ? null : await repository.manifest(uuid).catch(() => null);
  const { started_at: startedAt, job } = found?.manifest ?? {};
  const dumpFolder =
    uuid === null || startedAt === undefined ? null : dumpFolderName({ startedAt, jobId: job?.id ?? null, uuid });
  const { outcome, message, warnings } = result;
  const dumpUuid = dumpFolder === null ? null : uuid;
  return outcomeEnvironment({ outcome, message, warnings, dumpFolder, dumpUuid, repository: worker.root.repository });
}

/** Null: it ended well. */
async function runHook(session: WorkSession, entry: QueueEntry, order: HookOrder): Promise<PgSnapManError | null> {
  const { script, purpose, signal, log } = order;
  const folder = join(order.folder, 'hook');
  if (script === null) return new PgSnapManError('configuration', 'it is not known to this worker');
  try {
    log(`stage: script "${script.name}" (${purpose}), SHA-256 ${script.sha256}`);
    const applicationName = applicationNameOf(entry.uuid);
    const { failure, messages } = await runScript({
      script,
      rules: session.worker.configuration.scripts,
      folder,
      environment: { ...environmentOf(session, entry, script, purpose), ...order.environment },
      applicationName,
      writesOutput: false,
      signal,
      log,
    });
    for (const { level, text } of messages) {
      await session.reporter.report(level, text, { ...about(entry), tool: `script ${script.name}` });
    }
    return failure === null ? null : new PgSnapManError('run_failed', `script "${script.name}" ${failure}`);
  } catch (error) {
    const known = storageError(error, 'running a script');
    if (known instanceof PgSnapManError) return known;
    throw error;
  } finally {
    await makeAccessible(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

function environmentOf(session: WorkSession, entry: QueueEntry, script: ScriptText, purpose: ScriptPurpose) {
  const { worker } = session;
  const instance = instanceOf(entry);
  const dbname = entry.kind === 'dump' ? entry.job.dbname : entry.job.dest_dbname;
  return scriptEnvironment(
    {
      script,
      purpose,
      uuid: entry.uuid,
      jobId: entry.job.id,
      workerName: worker.name,
      instance,
      dbname,
      triggerKind: entry.trigger_kind,
      applicationName: applicationNameOf(entry.uuid),
      connection: instanceConnection(instance, dbname, worker.sources),
    },
    process.env,
  );
}
