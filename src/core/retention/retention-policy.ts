import { PgSnapManError } from '../errors.ts';

/** How many dumps a job keeps; the names are the columns of the catalog. */
export interface RetentionPolicy {
  keep_daily: number;
  keep_weekly: number;
  keep_monthly: number;
  keep_yearly: number;
  /** Never fewer good dumps than that. */
  keep_last: number;
  /** Zone whose calendar decides what a day is. */
  timezone: string;
  /** Days after which failed, lost and damaged dumps go. */
  failed_keep_days: number;
}

/** The four counts of a policy. */
export type KeepCounts = Pick<RetentionPolicy, 'keep_daily' | 'keep_weekly' | 'keep_monthly' | 'keep_yearly'>;

/** Good dumps that stay of a job that is gone, whatever `retention_on_delete` says. */
export const KEEP_LAST_OF_GONE_JOB = 1;

/**
 * Reads `D,W,M,Y`, as `--keep` and the setting `retention_on_delete` write it. `what` is for the sentence.
 * @throws PgSnapManError usage
 */
export function parseKeepCounts(text: string, what = 'retention_on_delete'): KeepCounts {
  const match = /^(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})$/.exec(text.replaceAll(' ', ''));
  if (match === null) {
    throw new PgSnapManError(
      'usage',
      `${what} "${text}" is not valid`,
      'four numbers: days, weeks, months, years; for example 14,2,5,2',
    );
  }
  const [keep_daily = 0, keep_weekly = 0, keep_monthly = 0, keep_yearly = 0] = match.slice(1).map(Number);
  return { keep_daily, keep_weekly, keep_monthly, keep_yearly };
}
