import { v7 as uuidv7 } from 'uuid';
import { FLAG_KEY } from '../../core/dump/on-demand.ts';
import { errorText } from '../../core/errors.ts';
import { isGood } from '../../core/model/outcome.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import { triggeredRestores } from '../../core/queue/jobs-of-worker.ts';
import type { DumpEntry, QueueEntry, RestoreEntry } from '../../core/queue/queue-entry.ts';
import { faultPoint } from '../fault.ts';
import { withLock } from '../lock/lock.ts';
import { about, entryText, jobText } from './job-text.ts';
import { endStaging, isCleared } from './staging.ts';
import { QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

/**
 * Brings a dump to its end: result into the spool, the restores that it triggers into the queue, and at last its own
 * entry out of the queue, which is the moment at which it is done. Killed anywhere before that, whoever takes the entry
 * over finds the result (or the manifest) and does the same again; the restores do not start before it.
 */
export async function finishDump(session: WorkSession, entry: DumpEntry, result: DumpResult): Promise<void> {
  const { worker } = session;
  await worker.spool.put({ kind: 'dump', value: withOrderedTimes(result) });
  faultPoint('dump.spooled');
  if (isGood(result.outcome)) await queueTriggered(session, entry);
  faultPoint('dump.triggered');
  await endEntry(session, entry, result);
}

/** A scheduled dump that its database did not want: nothing is missing, and nothing was made. */
export async function finishSkipped({ worker, reporter }: WorkSession, entry: DumpEntry): Promise<void> {
  const value = { uuid: entry.uuid, dump_job_id: entry.job.id, skipped_at: worker.now() };
  await worker.spool.put({ kind: 'skip', value });
  const text = `${entryText(entry)} was skipped: the database wants no dump (${FLAG_KEY} is NO)`;
  await reporter.report('info', text, about(entry));
  await endStaging(worker.root.staging, entry.uuid);
  await worker.queue.remove(entry);
}

/** The same for a restore, which triggers nothing. What it has kept of the database that it replaced is noted for cleaning. */
export async function finishRestore(session: WorkSession, entry: RestoreEntry, result: RestoreResult): Promise<void> {
  await session.worker.spool.put({ kind: 'restore', value: withOrderedTimes(result) });
  faultPoint('restore.spooled');
  if (result.undo_oid !== null) await noteKept(session, entry, result);
  await endEntry(session, entry, result);
  if (result.undo_oid !== null) await cleanKept(session);
}

async function noteKept({ worker }: WorkSession, entry: RestoreEntry, result: RestoreResult): Promise<void> {
  const { undo_dbname: dbname, undo_oid: oid, uuid: run_uuid, ended_at: kept_at } = result;
  if (dbname === null || oid === null) return;
  const { id: instance_id, name, host, port, username, service, sslmode, maintenance_db } = entry.destination;
  const instance = { name, host, port, username, service, sslmode, maintenance_db };
  const { noteUndoDatabase } = await import('../restore/undo-list.ts');
  const target = result.dest_dbname;
  await noteUndoDatabase(worker, {
    instance_id,
    instance,
    target,
    name: dbname,
    oid,
    run_uuid,
    undo_uuid: null,
    kept_at,
  });
}

/** Older ones go at once, as they may be large; what goes wrong there is no matter of this restore. */
async function cleanKept(session: WorkSession): Promise<void> {
  const { cleanUndoDatabases } = await import('../restore/clean-undo.ts');
  try {
    await cleanUndoDatabases(session);
  } catch (error) {
    session.reporter.log({ level: 'error', text: `cleaning replaced databases failed: ${errorText(error)}` });
  }
}

async function endEntry(session: WorkSession, entry: QueueEntry, result: DumpResult | RestoreResult): Promise<void> {
  const { worker } = session;
  await tellOutcome(session, entry, result);
  // A restore that failed and could not clear up after itself leaves its journal; the next tick heals it.
  if (entry.kind === 'dump' || isGood(result.outcome) || (await isCleared(worker.root.staging, entry.uuid))) {
    await endStaging(worker.root.staging, entry.uuid);
  }
  await worker.notices.end(`heal-${entry.uuid}`);
  await worker.notices.end(`halted-${entry.uuid}`);
  await worker.queue.remove(entry);
}

/** Definitions come from the configuration of now: the catalog is not needed. */
async function queueTriggered(session: WorkSession, dump: DumpEntry): Promise<void> {
  const { configuration, worker, reporter } = session;
  const restores = configuration === null ? [] : triggeredRestores(configuration, dump.job.id);
  if (restores.length === 0) return;
  await withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    for (const { job, destination, position } of restores) {
      if (destination === undefined) {
        await reporter.report('error', `restore job ${job.id} was not triggered: its instance is not known here`, {
          job_class: 'restore',
          job_id: job.id,
        });
        continue;
      }
      const halted = job.status === 'halted' ? 'the job' : destination.status === 'halted' ? 'its instance' : null;
      if (halted !== null) {
        const text = `${jobText('restore', job, destination.name)} was not triggered: ${halted} is halted`;
        await reporter.report('info', text, { job_class: 'restore', job_id: job.id });
        continue;
      }
      await worker.queue.add({
        format: 1,
        kind: 'restore',
        uuid: uuidv7(),
        trigger_kind: 'dump',
        due_at: null,
        queued_at: worker.now(),
        attempts: 0,
        job,
        destination,
        dump_uuid: dump.uuid,
        position,
      });
    }
  });
}

/** One message per run that an administrator cares about. */
async function tellOutcome(
  { reporter }: WorkSession,
  entry: QueueEntry,
  result: DumpResult | RestoreResult,
): Promise<void> {
  const { outcome, message, warnings } = result;
  const name = entryText(entry);
  reporter.log({ level: 'info', text: `${name} ended: ${outcome}`, uuid: entry.uuid });
  if (outcome === 'ok') return;
  if (outcome === 'ok_with_warnings') await reporter.report('warning', `${name}: ${warnings.join('; ')}`, about(entry));
  else if (outcome === 'cancelled') await reporter.report('warning', `${name} was cancelled`, about(entry));
  else await reporter.report('error', `${name} ${outcome}: ${message ?? 'no reason is known'}`, about(entry));
}

/** A clock that was put back during a run must not make its result unacceptable. */
function withOrderedTimes<T extends DumpResult | RestoreResult>(result: T): T {
  return result.ended_at < result.started_at ? { ...result, ended_at: result.started_at } : result;
}
