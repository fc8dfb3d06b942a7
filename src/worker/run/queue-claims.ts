import type { DumpJob, RestoreJob } from '../../core/model/configuration.ts';
import { isUnstartedClaim, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { claimDumpJobs, claimRestoreJobs, unfinishedClaims } from '../../sql/catalog/claims.ts';
import { failOrphanRestores } from '../../sql/catalog/orphan-restores.ts';
import type { Connection } from '../../sql/connection.ts';
import { withLock } from '../lock/lock.ts';
import { about, entryText } from './job-text.ts';
import { QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

/**
 * Claims the single jobs that are due in the catalog and puts them into the queue; a claim of ours that has neither entry
 * nor result here (its process died in between) is queued again. An entry that nobody has started on and whose claim is
 * gone from the catalog goes: its job was deleted, or taken back.
 *
 * The caller holds the tick lock, and what lies here is read before the catalog is asked: then a claim that is still
 * unfinished there and was not here has never been queued, because nobody else queues claims.
 */
export async function queueClaims(session: WorkSession, catalog: Connection): Promise<void> {
  const { configuration } = session;
  if (configuration === null || configuration.worker.status === 'halted') return;
  const workerId = configuration.worker.id;
  await endOrphans(session, catalog, workerId);
  const { entries: queued } = await session.worker.queue.list();
  const here = await uuidsHere(session, queued);
  const [left, dumpJobs, restoreJobs] = [
    await unfinishedClaims(catalog, workerId),
    await claimDumpJobs(catalog, workerId),
    await claimRestoreJobs(catalog, workerId),
  ];
  const claimed = new Set([...left.dumpJobs, ...left.restoreJobs].map(({ run_uuid }) => run_uuid));
  await dropTakenBack(
    session,
    queued.filter((entry) => isUnstartedClaim(entry) && !claimed.has(entry.uuid)),
  );
  const entries = [
    ...[...left.dumpJobs, ...dumpJobs].map((job) => dumpEntry(session, job)),
    ...[...left.restoreJobs, ...restoreJobs].map((job) => restoreEntry(session, job)),
  ].filter((entry): entry is QueueEntry => entry !== null && !here.has(entry.uuid));
  if (entries.length === 0) return;
  await withLock(queueLock(session.worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    for (const entry of entries) await session.worker.queue.add(entry);
  });
}

/** Restores that nobody can do are failed, not left to wait for ever. */
async function endOrphans({ worker, reporter }: WorkSession, catalog: Connection, workerId: number): Promise<void> {
  const by = { workerId, workerName: worker.name, version: worker.version };
  for (const { id, dest_dbname, dest_instance_name, reason } of await failOrphanRestores(catalog, by)) {
    const text = `restore job ${id} (to ${dest_dbname} on ${dest_instance_name}) cannot be run: ${reason}`;
    await reporter.report('error', text, { job_class: 'restore', job_id: id });
  }
}

async function dropTakenBack(session: WorkSession, entries: readonly QueueEntry[]): Promise<void> {
  const { worker, reporter } = session;
  if (entries.length === 0) return;
  await withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    for (const entry of entries) {
      const current = await worker.queue.reread(entry);
      if (current === undefined || !isUnstartedClaim(current)) continue;
      await worker.queue.remove(current);
      const text = `${entryText(current)} was skipped: the job was deleted, or taken back, in the catalog`;
      await reporter.report('info', text, about(current));
    }
  });
}

/** What is queued, or done and not yet uploaded. */
async function uuidsHere({ worker }: WorkSession, queued: readonly QueueEntry[]): Promise<Set<string>> {
  const spooled = await worker.spool.names();
  return new Set([
    ...queued.map(({ uuid }) => uuid),
    ...spooled.map((name) => name.replace(/^(dump|restore|message)-/, '').replace(/\.json$/, '')),
  ]);
}

/** Null: its instance is not in the configuration that we have; a later tick will know it. */
function dumpEntry(session: WorkSession, job: DumpJob): QueueEntry | null {
  const instance = session.configuration?.instances.find(({ id }) => id === job.instance_id);
  if (instance === undefined || job.run_uuid === null) return null;
  return { ...common(session, job.run_uuid, job.run_at), kind: 'dump', job, instance };
}

function restoreEntry(session: WorkSession, job: RestoreJob): QueueEntry | null {
  const destination = session.configuration?.instances.find(({ id }) => id === job.dest_instance_id);
  if (destination === undefined || job.run_uuid === null) return null;
  return {
    ...common(session, job.run_uuid, job.run_at),
    kind: 'restore',
    job,
    destination,
    dump_uuid: job.dump_uuid,
    position: 0,
  };
}

function common({ worker }: WorkSession, uuid: string, dueAt: Date | null) {
  return { format: 1, uuid, trigger_kind: 'single', due_at: dueAt, queued_at: worker.now(), attempts: 0 } as const;
}
