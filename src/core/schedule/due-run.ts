import { newestRun } from './next-run.ts';
import type { Schedule } from './schedule.ts';
import { type DailyWindow, isInWindow } from './window.ts';

/** A run that starts no later than this after its time is on time. */
const LATE_AFTER_MS = 10 * 60_000;

export interface ScheduledJob {
  schedule: Schedule;
  created_at: Date;
  activated_at: Date;
}

export interface DueQuestion {
  /** The newest due time that was dealt with (run, or given up); null: none yet. */
  lastHandled: Date | null;
  now: Date;
  catchUpMs: number;
  zone: string;
  /** Late runs start inside this window only; null: at any time. */
  window: DailyWindow | null;
}

/**
 * - `run`: start it now; `dueAt` is dealt with then.
 * - `missed`: too old to be made up; `dueAt` is dealt with by saying so.
 * - `wait`: nothing to do now; with a `dueAt` it will be made up when the window opens.
 */
export interface DueAnswer {
  decision: 'run' | 'missed' | 'wait';
  /** The time that the schedule wanted. */
  dueAt: Date | null;
  /** More than ten minutes after `dueAt`. */
  late: boolean;
  /** Older due times that `dueAt` stands for and that will not run any more (counted up to 1000). */
  missed: number;
  reason: string;
}

/**
 * What a schedule wants now. Runs that were missed (the machine was down, a run before took too long) are made up once,
 * as the newest of them, if that is not older than `catchUpMs`; a late one only inside the window. They count from the
 * latest of the job's creation, its activation and the run that was handled last; so a clock that jumps back runs
 * nothing twice.
 */
export function dueRun(job: ScheduledJob, question: DueQuestion): DueAnswer {
  const { now, zone, window, catchUpMs } = question;
  const since = latest(job.created_at, job.activated_at, question.lastHandled);
  const newest = since < now ? newestRun(job.schedule, since, now, zone) : null;
  if (newest === null) return { decision: 'wait', dueAt: null, late: false, missed: 0, reason: 'nothing is due' };
  const lateByMs = now.getTime() - newest.at.getTime();
  const late = lateByMs > LATE_AFTER_MS;
  const answer = { dueAt: newest.at, late, missed: newest.others };
  if (!late) return { ...answer, decision: 'run', reason: 'on time' };
  if (lateByMs > catchUpMs) return { ...answer, decision: 'missed', reason: 'it is too long ago to be made up' };
  if (window !== null && !isInWindow(window, now, zone)) {
    return { ...answer, decision: 'wait', reason: `late, waits for the window ${window.start} to ${window.end}` };
  }
  return { ...answer, decision: 'run', reason: 'late, made up' };
}

function latest(first: Date, ...others: (Date | null)[]): Date {
  return others.reduce<Date>((newest, date) => (date !== null && date > newest ? date : newest), first);
}
