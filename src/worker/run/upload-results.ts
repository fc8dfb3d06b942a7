import { errorText } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';
import { tryLock, withLock } from '../lock/lock.ts';
import { lockPath } from '../worker-setup.ts';
import { reachCatalog } from './reach-catalog.ts';
import type { WorkSession } from './work-session.ts';

/** What a tick spends on a long spool before it looks after its jobs; the rest goes at its end. */
export const FIRST_UPLOAD_MS = 20_000;

/** How long a run by hand waits for another process that is uploading. */
const WAIT_FOR_OTHERS_MS = 60_000;

/** Uploads the spool through a connection that is there. Another process that is at it already is left alone. */
export async function uploadResults(session: WorkSession, catalog: Connection, limitMs: number): Promise<void> {
  if ((await session.worker.spool.names()).length === 0) return;
  const lock = tryLock(lockPath(session.worker, 'upload'));
  if (lock === null) return;
  try {
    await upload(session, catalog, limitMs);
  } finally {
    lock.release();
  }
}

/**
 * The same at the end of a run: connects for it, and leaves the results for the next tick if that does not work.
 * `wait`: also if another process is uploading just now, so that the result is there afterwards.
 */
export async function uploadAtEnd(session: WorkSession, { wait = false } = {}): Promise<void> {
  const { worker, reporter } = session;
  if ((await worker.spool.names()).length === 0) return;
  try {
    const catalog = await reachCatalog(session);
    if (catalog === null) return;
    try {
      if (!wait) await uploadResults(session, catalog, Number.POSITIVE_INFINITY);
      else
        await withLock(lockPath(worker, 'upload'), WAIT_FOR_OTHERS_MS, () =>
          upload(session, catalog, Number.POSITIVE_INFINITY),
        );
    } finally {
      await catalog.close();
    }
  } catch (error) {
    reporter.log({ level: 'warning', text: `results were not uploaded: ${errorText(error)}` });
  }
}

async function upload({ worker, reporter }: WorkSession, catalog: Connection, limitMs: number): Promise<void> {
  const { uploadSpool } = await import('../spool/upload.ts');
  await uploadSpool(catalog, worker.spool, reporter, {
    notYet: async () => new Set((await worker.queue.list()).entries.map(({ uuid }) => uuid)),
    deadline: performance.now() + limitMs,
  });
}
