import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { dumpResultOf, restoreResultOf } from '../../core/queue/unfinished-results.ts';
import { tryLock, withLock } from '../lock/lock.ts';
import { ending } from './ending.ts';
import { about, entryText } from './job-text.ts';
import { jobLock } from './pick-entry.ts';
import { QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

/** Takes a run that nobody has started out of the queue; its result says so. False: there is no such entry. */
export async function cancelWaiting(session: WorkSession, uuid: string): Promise<boolean> {
  const { worker } = session;
  return withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    const { entries } = await worker.queue.list();
    const entry = entries.find((candidate) => candidate.uuid === uuid && candidate.attempts === 0);
    if (entry === undefined) return false;
    const lock = tryLock(jobLock(session, entry.kind, entry.job.id));
    try {
      await cancel(session, entry);
      return true;
    } finally {
      lock?.release();
    }
  });
}

async function cancel(session: WorkSession, entry: QueueEntry): Promise<void> {
  const { worker, reporter } = session;
  const end = ending(session, worker.now(), 'cancelled', 'it was cancelled before it started');
  if (entry.kind === 'dump') await worker.spool.put({ kind: 'dump', value: dumpResultOf(entry, end) });
  else await worker.spool.put({ kind: 'restore', value: restoreResultOf(entry, end) });
  await worker.queue.remove(entry);
  await reporter.report('warning', `${entryText(entry)} was cancelled before it started`, about(entry));
}
