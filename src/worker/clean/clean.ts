import { countOf, formatBytes } from '../../core/text/numbers.ts';
import { deleteOld } from '../../sql/catalog/removals.ts';
import type { Connection } from '../../sql/connection.ts';
import { withLock } from '../lock/lock.ts';
import { cleanUndoDatabases } from '../restore/clean-undo.ts';
import type { WorkSession } from '../run/work-session.ts';
import { lockPath } from '../worker-setup.ts';
import { chooseRemovals } from './choose-removals.ts';
import { removeOldFiles } from './housekeeping.ts';
import { removeMarked } from './remove-marked.ts';
import { settleStates } from './state-files.ts';

export interface CleanReport {
  /** Dumps whose data and rows went. */
  removed_dumps: number;
  freed_bytes: number;
  /** Rows of failed and lost dumps. */
  removed_rows: number;
  /** Old messages, restore runs, requests and audit rows. */
  removed_history: number;
  removed_files: number;
  /** Replaced databases that were kept for an undo. */
  dropped_databases: number;
  /** What has to wait for the next cleaning; null: nothing. */
  waits: string | null;
}

const DAY_MS = 24 * 60 * 60_000;
const LOCK_TIMEOUT_MS = 1000;

/**
 * Cleans up after this worker: what retention drops, what is old. The catalog decides; without it nothing is removed. Each
 * step can be killed anywhere, and the next cleaning finishes.
 * @throws PgSnapManError busy, catalog_unreachable
 */
export async function clean(session: WorkSession, catalog: Connection, workerId: number): Promise<CleanReport> {
  return withLock(lockPath(session.worker, 'clean'), LOCK_TIMEOUT_MS, async () => {
    await settleStates(session, catalog, workerId);
    const { rowsDeleted } = await chooseRemovals(session, catalog, workerId);
    const { removed, freedBytes, waits } = await removeMarked(session, catalog, workerId);
    const keepDays = messageKeepDays(session);
    const before = new Date(session.worker.now().getTime() - keepDays * DAY_MS);
    const report: CleanReport = {
      removed_dumps: removed,
      freed_bytes: freedBytes,
      removed_rows: rowsDeleted,
      removed_history: await deleteOld(catalog, workerId, before),
      removed_files: await removeOldFiles(session, keepDays),
      dropped_databases: await cleanUndoDatabases(session),
      waits,
    };
    await tell(session, report);
    return report;
  });
}

/** Carries out what is marked to be removed, and nothing else. @throws PgSnapManError busy */
export async function removeMarkedNow(session: WorkSession, catalog: Connection, workerId: number) {
  return withLock(lockPath(session.worker, 'clean'), LOCK_TIMEOUT_MS, () => removeMarked(session, catalog, workerId));
}

function messageKeepDays({ configuration, worker }: WorkSession): number {
  return worker.configuration.limits.message_keep_days ?? Number(configuration?.settings.message_keep_days ?? 90);
}

async function tell({ reporter }: WorkSession, report: CleanReport): Promise<void> {
  const { removed_dumps, freed_bytes, removed_rows, waits } = report;
  reporter.log({ level: 'info', text: 'cleaning', ...report });
  const rows = removed_rows === 0 ? '' : `, ${countOf(removed_rows, 'row')} of failed dumps removed`;
  if (removed_dumps + removed_rows + freed_bytes > 0) {
    const text = `cleaning: ${countOf(removed_dumps, 'dump')} removed, ${formatBytes(freed_bytes)} freed${rows}`;
    await reporter.report('info', text, { job_class: 'clean' });
  }
  if (waits !== null) await reporter.report('error', `cleaning: ${waits}`, { job_class: 'clean' });
}
