import type { ActivityListRow } from '../../sql/catalog/pages/activity-pages.ts';
import type { DatabaseListRow } from '../../sql/catalog/pages/database-pages.ts';
import type { DumpJobListRow } from '../../sql/catalog/pages/dump-job-pages.ts';
import type { DumpListRow } from '../../sql/catalog/pages/dump-pages.ts';
import type { RestoreJobListRow } from '../../sql/catalog/pages/restore-job-pages.ts';
import type { WorkerListRow } from '../../sql/catalog/pages/worker-pages.ts';

/** States are words that `toneOf` knows. */
export function dumpState(dump: Pick<DumpListRow, 'outcome' | 'state' | 'verification_failed'>): string {
  if (dump.verification_failed !== null) return 'damaged';
  return dump.state === null || dump.state === 'available' ? dump.outcome : dump.state;
}

export function jobState(
  job: Pick<DumpJobListRow | RestoreJobListRow, 'status' | 'job_type' | 'finished_at' | 'running_stage'>,
): string {
  if (job.running_stage !== null) return 'running';
  if (job.finished_at !== null) return 'finished';
  if (job.status === 'halted') return 'halted';
  return job.job_type === 'single' ? 'waiting' : 'active';
}

/** As long as the pulse of the overview: a worker reports each minute. */
const UNSEEN_MS = 10 * 60_000;

export function isSeen(lastSeenAt: Date | null, now: Date): boolean {
  return lastSeenAt !== null && now.getTime() - lastSeenAt.getTime() < UNSEEN_MS;
}

export function workerState(worker: Pick<WorkerListRow, 'status' | 'last_seen_at'>, now: Date): string {
  if (worker.status === 'halted') return 'halted';
  return isSeen(worker.last_seen_at, now) ? 'active' : 'unseen';
}

export function databaseState(database: Pick<DatabaseListRow, 'dropped_at' | 'covered' | 'last_good_at'>): string {
  if (database.dropped_at !== null) return 'dropped';
  if (!database.covered) return 'uncovered';
  return database.last_good_at === null ? 'no_dump' : 'covered';
}

const LEVELS = ['-', 'stored', 'readable', 'restorable', 'drilled'] as const;

export const verifiedWord = (level: number): string => LEVELS[level] ?? String(level);

/** Share of the work done, 0 to 1; by bytes where they are known; null: not known. */
export function progressShare(
  activity: Pick<ActivityListRow, 'done_bytes' | 'total_bytes' | 'done_items' | 'total_items'>,
): number | null {
  const { done_bytes: bytes, total_bytes: allBytes, done_items: items, total_items: allItems } = activity;
  if (bytes !== null && allBytes !== null && allBytes > 0) return Math.min(1, bytes / allBytes);
  if (items !== null && allItems !== null && allItems > 0) return Math.min(1, items / allItems);
  return null;
}
