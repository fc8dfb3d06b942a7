import { isGood, type Outcome } from '../model/outcome.ts';
import { dayText, localDays, monthOf, monthText, weekOf, weekText, yearOf } from './calendar-day.ts';
import type { RetentionPolicy } from './retention-policy.ts';
import { type RetentionReason, reason } from './retention-reason.ts';

/** What the rules look at; the names are the columns of the catalog. */
export interface RetentionDump {
  uuid: string;
  started_at: Date;
  outcome: Outcome;
  state: 'available' | 'removing' | 'lost' | null;
  keep: 'auto' | 'yes' | 'no';
  verified_level: number;
  verification_failed: string | null;
  /** When it was found damaged; null: long ago. */
  verification_failed_at: Date | null;
  /** Who needs it: `restore job 3`, `a running restore`. */
  needed_by: readonly string[];
}

export interface RetentionDecision<T extends RetentionDump = RetentionDump> {
  dump: T;
  decision: 'keep' | 'drop';
  /** At least one. */
  reasons: RetentionReason[];
}

const DAY_MS = 24 * 60 * 60_000;
/** From this level on somebody has read the dump back. */
const READ_BACK = 2;

/** True for a dump that counts: it ended well, it is there, and nothing was found wrong with it. */
export function isGoodDump(dump: Pick<RetentionDump, 'outcome' | 'state' | 'verification_failed'>): boolean {
  return isGood(dump.outcome) && dump.state === 'available' && dump.verification_failed === null;
}

/**
 * Decides for each dump of one job whether it stays, with all reasons; newest first. Days, weeks, months and years
 * follow one another: the newest dump of each of the last `keep_daily` days, of what is older than those one of each of
 * the last `keep_weekly` ISO weeks, and so on. From weeks on it is the oldest of them, so that a survivor stays one. Only
 * days, weeks, … that have a good dump count, so a job that fails for a month loses nothing.
 */
export function planRetention<T extends RetentionDump>(
  dumps: readonly T[],
  policy: RetentionPolicy,
  now: Date,
): RetentionDecision<T>[] {
  const sorted = [...dumps].sort(newestFirst);
  const counted = sorted.filter((dump) => isGoodDump(dump) && dump.keep !== 'no' && dump.started_at <= now);
  const kept = new Map<T, RetentionReason[]>();
  const keep = (dump: T, why: RetentionReason): void => {
    const reasons = kept.get(dump);
    if (reasons === undefined) kept.set(dump, [why]);
    else reasons.push(why);
  };
  keepByCalendar(counted, policy, keep);
  for (const dump of counted.slice(0, policy.keep_last)) keep(dump, reason('last'));
  const verified = counted.find((dump) => dump.verified_level >= READ_BACK);
  if (verified !== undefined) keep(verified, reason('verified'));
  const enough = counted.length >= Math.max(1, policy.keep_last);
  return sorted.map((dump) => {
    const reasons = kept.get(dump) ?? [];
    addOwnReasons(reasons, dump, policy, now, enough);
    if (dump.state === 'removing') return { dump, decision: 'drop', reasons: [reason('removing')] };
    if (reasons.length > 0) return { dump, decision: 'keep', reasons };
    return { dump, decision: 'drop', reasons: [dropReason(dump)] };
  });
}

function newestFirst(a: RetentionDump, b: RetentionDump): number {
  return b.started_at.getTime() - a.started_at.getTime() || (a.uuid < b.uuid ? 1 : -1);
}

/** Stretches of the calendar, each beginning where the one before ends. `dumps`: newest first. */
function keepByCalendar<T extends RetentionDump>(
  dumps: readonly T[],
  policy: RetentionPolicy,
  keep: (dump: T, why: RetentionReason) => void,
): void {
  const dayOf = localDays(policy.timezone);
  const days = dumps.map((dump) => dayOf(dump.started_at));
  const stretches = [
    { rule: 'daily', count: policy.keep_daily, bucketOf: (day: number) => day, text: dayText },
    { rule: 'weekly', count: policy.keep_weekly, bucketOf: weekOf, text: weekText },
    { rule: 'monthly', count: policy.keep_monthly, bucketOf: monthOf, text: monthText },
    { rule: 'yearly', count: policy.keep_yearly, bucketOf: yearOf, text: String },
  ] as const;
  let at = 0;
  for (const { rule, count, bucketOf, text } of stretches) {
    for (let buckets = 0; buckets < count && at < dumps.length; buckets += 1) {
      const first = at;
      const bucket = bucketOf(days[at] ?? 0);
      while (at < dumps.length && bucketOf(days[at] ?? 0) === bucket) at += 1;
      const chosen = dumps[rule === 'daily' ? first : at - 1];
      if (chosen !== undefined) keep(chosen, { rule, text: `${rule} ${text(bucket)}` });
    }
  }
}

/** Adds the reasons to keep a dump that have nothing to do with the others. */
function addOwnReasons(
  reasons: RetentionReason[],
  dump: RetentionDump,
  policy: RetentionPolicy,
  now: Date,
  enough: boolean,
): void {
  for (const text of dump.needed_by) reasons.push({ rule: 'needed', text: `needed by ${text}` });
  if (dump.keep === 'yes') reasons.push(reason('keep_yes'));
  if (dump.keep === 'no') return;
  const recently = (since: Date): boolean => now.getTime() - since.getTime() < policy.failed_keep_days * DAY_MS;
  if (!isGood(dump.outcome) || dump.state === 'lost') {
    if (recently(dump.started_at)) reasons.push(reason('failed_recently'));
  } else if (dump.verification_failed !== null) {
    // Better than nothing while there is no good one.
    if (!enough || recently(dump.verification_failed_at ?? dump.started_at)) reasons.push(reason('damaged'));
  } else if (dump.started_at > now) {
    reasons.push(reason('future'));
  }
}

function dropReason(dump: RetentionDump): RetentionReason {
  if (dump.keep === 'no') return reason('keep_no');
  if (!isGood(dump.outcome) || dump.state === 'lost') return reason('failed_long_ago');
  if (dump.verification_failed !== null) return reason('damaged_long_ago');
  return { rule: 'thinned_out', text: 'thinned out: no day, week, month or year of the policy needs it' };
}
