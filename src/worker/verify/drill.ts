import { v7 as uuidv7 } from 'uuid';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import type { DrillResult } from '../../core/drill/drill-result.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { Instance, RestoreJob } from '../../core/model/configuration.ts';
import { defaultRestoreJob } from '../../core/model/default-restore-job.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { RestoreEntry } from '../../core/queue/queue-entry.ts';
import { countOf, formatBytes } from '../../core/text/numbers.ts';
import { connect } from '../../sql/connection.ts';
import { createActivityBoard } from '../activity/activity-board.ts';
import { faultPoint } from '../fault.ts';
import { tryLock } from '../lock/lock.ts';
import { openRunLog } from '../log/run-log.ts';
import { restoreDump } from '../restore/restore-dump.ts';
import { jobLock, takeSlots } from '../run/pick-entry.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import { withContext } from '../run/run-entry.ts';
import type { Running } from '../run/running.ts';
import { endStaging, isCleared } from '../run/staging.ts';
import type { WorkSession } from '../run/work-session.ts';
import { compareDrill, sentenceOf } from './compare-drill.ts';
import { noteVerification } from './note-verification.ts';

export interface DrillRequest {
  uuid: string;
  /** What was dumped, for people. */
  subject: string;
  /** Of the dump; null: none. */
  jobId: number | null;
  /** Where the scratch database is made. */
  instance: Instance;
  /** Uuid of the run; default: a new one. */
  runUuid?: string;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface DrillAnswer {
  result: RestoreResult;
  /** Null: it did not get as far as comparing; then nothing is known of the dump. */
  drill: DrillResult | null;
}

/** Not the number of any job: drills are none. One at a time. */
const NO_JOB = 0;

/**
 * Restores a dump into a scratch database, compares what came out with what was dumped, and drops it. The evidence goes
 * to the restore log; a difference marks the dump as failed. Level 2 is proven before.
 * @throws PgSnapManError busy when another drill is at work here
 */
export async function drillDump(session: WorkSession, request: DrillRequest): Promise<DrillAnswer> {
  const lock = tryLock(jobLock(session, 'restore', NO_JOB));
  if (lock === null) throw new PgSnapManError('busy', 'another drill is at work', '`pgsnapman activity list` shows it');
  const entry = entryOf(session, request);
  const releaseSlots = takeSlots(session, entry);
  const board = createActivityBoard(() => connectToCatalog(session));
  try {
    const running: Running = {
      session,
      board,
      signal: request.signal ?? new AbortController().signal,
      onProgress: (_kind, _id, progress) => request.onProgress?.(progress),
    };
    const answer = await restoreAndCompare(running, entry, request);
    await session.worker.spool.put({ kind: 'restore', value: answer.result });
    await note(session, request, answer);
    if (await isCleared(session.worker.root.staging, entry.uuid))
      await endStaging(session.worker.root.staging, entry.uuid);
    return answer;
  } finally {
    releaseSlots();
    lock.release();
    await board.close();
  }
}

async function restoreAndCompare(running: Running, entry: RestoreEntry, request: DrillRequest): Promise<DrillAnswer> {
  const { session } = running;
  const log = openRunLog(session.worker.root.log, entry, session.worker.now);
  let drill: DrillResult | null = null;
  let created: string[] = [];
  const task = {
    uuid: entry.uuid,
    job: entry.job,
    destination: entry.destination,
    dumpUuid: request.uuid,
    triggerKind: 'drill' as const,
    dueAt: null,
  };
  const result = await withContext(running, entry, log, session.worker.now(), (context) =>
    restoreDump(task, context, async (run, control, change) => {
      created = change.plan.roles?.create ?? [];
      faultPoint('drill.restored');
      drill = await compareDrill(run, control, change);
      faultPoint('drill.compared');
    }),
  );
  await dropRoles(session, request.instance, created, log.line);
  return { drill, result: { ...withoutJob(result, created), ...(drill === null ? {} : endingOf(drill)) } };
}

/** The run's own word for its end is that it was ended before the rename. */
function endingOf(drill: DrillResult): Partial<RestoreResult> & { drill: DrillResult } {
  const outcome = drill.equal ? 'ok' : 'failed';
  return { drill, outcome, message: sentenceOf(drill), error_code: drill.equal ? null : 'check_failed' };
}

function withoutJob(result: RestoreResult, created: readonly string[]): RestoreResult {
  const warnings = result.warnings.filter(
    (text) => created.length === 0 || !/^roles that the restore created remain/.test(text),
  );
  return { ...result, restore_job_id: null, warnings };
}

/** Roles that were not there before go again, as far as nothing else uses them by now. */
async function dropRoles(
  { worker }: WorkSession,
  instance: Instance,
  roles: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  if (roles.length === 0) return;
  try {
    const c = await connect(instanceConnection(instance, null, worker.sources), { applicationName: 'pgsnapman drill' });
    try {
      for (const role of roles.toReversed()) {
        await c
          .script(`drop role if exists ${quoteIdentifier(role)}`)
          .catch((error) => log(`role stays: ${errorText(error)}`));
      }
    } finally {
      await c.close();
    }
  } catch (error) {
    log(`roles that the drill created stay: ${errorText(error)}`);
  }
}

async function note(session: WorkSession, request: DrillRequest, { result, drill }: DrillAnswer): Promise<void> {
  const { uuid, subject, jobId, instance } = request;
  const about = { job_class: 'verify', job_id: jobId } as const;
  if (drill === null) {
    if (result.outcome === 'cancelled') return;
    const text = `the drill of dump ${uuid} of ${subject} on ${instance.name} could not be done: ${result.message}`;
    await session.reporter.report('error', text, about);
    return;
  }
  const tool = `pg_restore ${result.tool_version ?? '?'}`;
  const failed = sentenceOf(drill);
  await noteVerification(session, { uuid, subject, jobId }, { level: 4, at: session.worker.now(), with: tool, failed });
  if (failed !== null) return;
  const counted = `${countOf(drill.tables, 'table')}, ${countOf(drill.objects, 'object')}, ${formatBytes(drill.bytes)} compared`;
  await session.reporter.report(
    'info',
    `dump ${uuid} of ${subject} was restored on ${instance.name} and is equal: ${counted}`,
    about,
  );
}

function entryOf({ worker }: WorkSession, { uuid, instance, runUuid }: DrillRequest): RestoreEntry {
  const id = runUuid ?? uuidv7();
  const now = worker.now();
  return {
    format: 1,
    kind: 'restore',
    uuid: id,
    trigger_kind: 'manual',
    due_at: null,
    queued_at: now,
    attempts: 1,
    job: drillJob(uuid, instance, `drill_${id.slice(-8)}`, now),
    destination: instance,
    dump_uuid: uuid,
    position: 0,
  };
}

/** A restore of everything, as faithful as can be, that gives up on any loss. */
function drillJob(dumpUuid: string, instance: Instance, dbname: string, now: Date): RestoreJob {
  const where = { dest_instance_id: instance.id, dest_dbname: dbname };
  return defaultRestoreJob({ id: NO_JOB, dump_uuid: dumpUuid, ...where, properties: 'source' }, now);
}
