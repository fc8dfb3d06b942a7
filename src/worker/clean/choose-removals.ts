import { dropBrake, scheduledSince } from '../../core/retention/drop-brake.ts';
import { isGoodDump, planRetention, type RetentionDecision } from '../../core/retention/plan-retention.ts';
import { approvedRemovals, endApproval, requestApproval, type SeriesKey } from '../../sql/catalog/approvals.ts';
import { deleteRows, markRemoving, noteCleaned } from '../../sql/catalog/removals.ts';
import { type RetentionRow, type RetentionSeries, retentionSeries } from '../../sql/catalog/retention.ts';
import type { Connection } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { zoneOf } from '../run/machine-zone.ts';
import type { WorkSession } from '../run/work-session.ts';
import { type NeededHere, neededHere } from './needed-here.ts';

/** How many dumps of a job that needs its newest one are kept beside it, in case newer ones come in between. */
const NEWEST_KEPT = 2;

export interface ChosenRemovals {
  /** Dumps that are marked now. */
  marked: number;
  /** Rows of failed and lost dumps that went. */
  rowsDeleted: number;
}

/** Marks what retention drops of this worker's dumps. Series that drop too much are left alone and asked about. */
export async function chooseRemovals(
  session: WorkSession,
  catalog: Connection,
  workerId: number,
): Promise<ChosenRemovals> {
  const { configuration, worker } = session;
  const needed = await neededHere(session);
  const timezone = configuration === null ? 'UTC' : zoneOf(configuration, { timezone: null });
  const { failed_keep_days, max_drop_percent } = worker.configuration.limits;
  const forced = {
    ...(failed_keep_days === undefined ? {} : { failed_keep_days }),
    ...(max_drop_percent === undefined ? {} : { max_drop_percent }),
  };
  const chosen: ChosenRemovals = { marked: 0, rowsDeleted: 0 };
  for await (const series of retentionSeries(catalog, { workerId }, { timezone, forced })) {
    const { marked, rowsDeleted } = await cleanSeries(session, catalog, workerId, withNeeded(series, needed));
    chosen.marked += marked;
    chosen.rowsDeleted += rowsDeleted;
  }
  return chosen;
}

function withNeeded(series: RetentionSeries, { uuids, newestOf }: NeededHere): RetentionSeries {
  const newest = series.jobId === null ? undefined : newestOf.get(series.jobId);
  const good = newest === undefined ? [] : series.dumps.filter(isGoodDump).slice(-NEWEST_KEPT);
  const dumps = series.dumps.map((dump) => {
    const who = uuids.get(dump.uuid) ?? (good.includes(dump) ? newest : undefined);
    return who === undefined ? dump : { ...dump, needed_by: [...dump.needed_by, who] };
  });
  return { ...series, dumps };
}

async function cleanSeries(
  session: WorkSession,
  catalog: Connection,
  workerId: number,
  series: RetentionSeries,
): Promise<ChosenRemovals> {
  const now = session.worker.now();
  const decisions = planRetention(series.dumps, series.policy, now);
  await tellFuture(session, series, now);
  const dropped = decisions.filter(({ decision }) => decision === 'drop').map(({ dump }) => dump);
  const own = dropped.filter((dump) => dump.worker_id === workerId && dump.state !== 'removing');
  const key = { workerId, jobId: series.jobId, subject: series.subject };
  const held = await heldBack(session, catalog, key, series, decisions);
  const going = own.filter((dump) => dump.state === 'available' && !(held && dump.keep !== 'no' && isGoodDump(dump)));
  const ids = going.map(({ id }) => id);
  const marked = ids.length === 0 ? [] : await markRemoving(catalog, workerId, ids);
  if (marked.length > 0) faultPoint('clean.marked');
  if (!held) await endApproval(catalog, key);
  const rows = own.filter((dump) => dump.state !== 'available').map(({ id }) => id);
  const rowsDeleted = rows.length === 0 ? 0 : await deleteRows(catalog, workerId, rows);
  if (series.jobId !== null && !held) await noteCleaned(catalog, series.jobId, now);
  return { marked: marked.length, rowsDeleted };
}

/** True: so much would go that somebody must approve it first; asks for that. */
async function heldBack(
  session: WorkSession,
  catalog: Connection,
  key: SeriesKey,
  series: RetentionSeries,
  decisions: readonly RetentionDecision<RetentionRow>[],
): Promise<boolean> {
  const { maxDropPercent, cleanedAt, dumps, subject } = series;
  const question = { maxDropPercent, scheduledSince: scheduledSince(dumps, cleanedAt, session.worker.now()) };
  const unapproved = dropBrake(decisions, { ...question, approved: new Set() });
  if (!unapproved.holds) return false;
  const approved = await approvedRemovals(catalog, key);
  const { holds, dropping, good } = dropBrake(decisions, { ...question, approved });
  if (!holds) return false;
  const uuids = decisions
    .filter(({ decision, dump }) => decision === 'drop' && isGoodDump(dump) && dump.keep !== 'no')
    .map(({ dump }) => dump.uuid);
  if (await requestApproval(catalog, key, uuids, good)) {
    const text = `${subject}: retention would drop ${dropping} of ${good} good dumps, so nothing of it goes before somebody approves it (\`pgsnapman retention list\`)`;
    await session.reporter.report('warning', text, { job_class: 'clean', job_id: series.jobId });
  }
  return true;
}

/** Once: a clock that is or was wrong. */
async function tellFuture(session: WorkSession, { dumps, subject, jobId }: RetentionSeries, now: Date): Promise<void> {
  const ahead = dumps.filter((dump) => isGoodDump(dump) && dump.started_at > now);
  const notice = `future-${jobId ?? 0}`;
  if (ahead.length === 0) {
    await session.worker.notices.end(notice);
    return;
  }
  if (!(await session.worker.notices.begin(notice))) return;
  const text = `${subject}: ${ahead.length === 1 ? 'a dump is' : `${ahead.length} dumps are`} dated in the future and kept; a clock is or was wrong`;
  await session.reporter.report('warning', text, { job_class: 'clean', job_id: jobId });
}
