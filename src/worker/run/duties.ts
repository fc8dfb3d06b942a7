import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import type { Connection } from '../../sql/connection.ts';
import { tryLock } from '../lock/lock.ts';
import { lockPath } from '../worker-setup.ts';
import { connectToCatalog } from './reach-catalog.ts';
import { type Duty, isDutyDue, noteDuty } from './timetable.ts';
import type { WorkSession } from './work-session.ts';

const CATALOG_IS_AWAY = 'catalog-away';

/** The part of a tick after its queue: cleaning and verification, when they are due and nobody else is at them. */
export async function doDuties(session: WorkSession, signal: AbortSignal): Promise<void> {
  if (session.configuration === null || session.configuration.worker.status === 'halted') return;
  await doDuty(session, 'clean', () => cleanNow(session), signal);
  await doDuty(session, 'verify', () => verifyNow(session, signal), signal);
  await doDrills(session, session.configuration, signal);
}

/** Drills have a schedule per job. */
async function doDrills(session: WorkSession, configuration: WorkerConfiguration, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !configuration.dump_jobs.some(({ drill_schedule }) => drill_schedule !== null)) return;
  const lock = tryLock(lockPath(session.worker, 'duty-drill'));
  if (lock === null) return;
  try {
    const { drillDueJobs } = await import('../verify/scheduled-drills.ts');
    await drillDueJobs(session, signal);
  } finally {
    lock.release();
  }
}

/** Noted as done when it has ended, well or not; one whose process dies is begun again by the next tick. */
async function doDuty(
  session: WorkSession,
  duty: Duty,
  work: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted || !(await isDutyDue(session, duty))) return;
  const lock = tryLock(lockPath(session.worker, `duty-${duty}`));
  if (lock === null) return;
  try {
    if (!(await isDutyDue(session, duty))) return;
    if (await work()) await noteDuty(session, duty);
  } catch (error) {
    if (signal.aborted) return;
    // Its sentence is worth a message; a bug's trace is for the log.
    if (!(error instanceof PgSnapManError)) {
      session.reporter.log({ level: 'error', text: errorText(error), stack: (error as Error).stack });
    }
    await session.reporter.report('error', `${duty} failed: ${errorText(error)}`, {
      job_class: duty === 'clean' ? 'clean' : 'verify',
    });
    await noteDuty(session, duty);
  } finally {
    lock.release();
  }
}

/** False: the catalog is away, without which nothing is removed; it stays due. */
async function cleanNow(session: WorkSession): Promise<boolean> {
  return withCatalogIfThere(session, async (catalog, workerId) => {
    const { clean } = await import('../clean/clean.ts');
    await clean(session, catalog, workerId);
    const { exportNightly } = await import('../export/nightly-export.ts');
    await exportNightly(session, catalog);
  });
}

async function verifyNow(session: WorkSession, signal: AbortSignal): Promise<boolean> {
  const { verifySome } = await import('../verify/verify-some.ts');
  await verifySome(session, signal);
  return true;
}

async function withCatalogIfThere(
  session: WorkSession,
  work: (catalog: Connection, workerId: number) => Promise<void>,
): Promise<boolean> {
  const { worker, reporter } = session;
  if (reporter.workerId === null || (await worker.notices.list()).includes(CATALOG_IS_AWAY)) return false;
  let catalog: Connection;
  try {
    catalog = await connectToCatalog(session);
  } catch (error) {
    if (error instanceof PgSnapManError && error.code === 'catalog_unreachable') return false;
    throw error;
  }
  try {
    await work(catalog, reporter.workerId);
    return true;
  } catch (error) {
    if (!(error instanceof PgSnapManError) || error.code !== 'catalog_unreachable') throw error;
    reporter.log({ level: 'warning', text: `the catalog was lost: ${errorText(error)}` });
    return false;
  } finally {
    await catalog.close();
  }
}
