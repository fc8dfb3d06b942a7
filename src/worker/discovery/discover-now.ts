import { errorText, PgSnapManError } from '../../core/errors.ts';
import { tryLock } from '../lock/lock.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import { noteDuty } from '../run/timetable.ts';
import type { WorkSession } from '../run/work-session.ts';
import { lockPath } from '../worker-setup.ts';
import { discover } from './discover.ts';

/** The discovery of a tick; another process that is at it already is left alone. */
export async function discoverNow(session: WorkSession): Promise<void> {
  const lock = tryLock(lockPath(session.worker, 'discovery'));
  if (lock === null) return;
  try {
    const catalog = await connectToCatalog(session);
    try {
      await discover(session, catalog);
    } finally {
      await catalog.close();
    }
    await noteDuty(session, 'discovery');
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    session.reporter.log({ level: 'warning', text: `the databases were not listed: ${errorText(error)}` });
  } finally {
    lock.release();
  }
}
