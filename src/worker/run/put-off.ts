import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { nextTry } from '../../core/queue/retry.ts';
import { about, entryText } from './job-text.ts';
import { endStaging, isCleared } from './staging.ts';
import type { WorkSession } from './work-session.ts';

/**
 * Puts a run off that failed for something that may pass by itself: it stays in the queue and is tried again after a
 * while, a few times. False: it has failed for good. A run by hand is not put off: somebody sees it fail.
 */
export async function putOff(
  { worker, reporter }: WorkSession,
  entry: QueueEntry,
  result: DumpResult | RestoreResult,
): Promise<boolean> {
  if (result.outcome !== 'failed' || entry.trigger_kind === 'manual') return false;
  const { retries = 0 } = entry;
  const at = nextTry(retries, worker.now());
  if (at === null || !(await isCleared(worker.root.staging, entry.uuid))) return false;
  await endStaging(worker.root.staging, entry.uuid);
  // The next try has its own scripts before and after it.
  const { after_hook: _ended, ...waiting } = entry;
  await worker.queue.update({ ...waiting, attempts: 0, retries: retries + 1, not_before: at });
  const text = `${entryText(entry)} is tried again after ${at.toISOString()}: ${result.message ?? 'it failed'}`;
  await reporter.report('warning', text, about(entry));
  return true;
}
