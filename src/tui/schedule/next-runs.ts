import { nextRun } from '../../core/schedule/next-run.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import type { Schedule } from '../../core/schedule/schedule.ts';

interface Answer {
  /** Asked for the run after this moment; the answer holds for every moment from here up to `next`. */
  after: number;
  next: Date;
}

const schedules = new Map<string, Schedule | null>();
const answers = new Map<string, Answer>();
const MOST_ANSWERS = 20_000;

/**
 * When a schedule runs next after `after`, by the clocks of `zone`; null if it cannot be told. Remembers its answers,
 * since lists ask for the same ones with every frame.
 */
export function nextRunOf(text: string, zone: string, after: Date): Date | null {
  const key = `${zone} ${text}`;
  const moment = after.getTime();
  const known = answers.get(key);
  if (known !== undefined && known.after <= moment && moment < known.next.getTime()) return known.next;
  const schedule = read(text);
  if (schedule === null) return null;
  try {
    const next = nextRun(schedule, after, zone);
    if (answers.size >= MOST_ANSWERS) answers.clear();
    answers.set(key, { after: moment, next });
    return next;
  } catch {
    return null;
  }
}

function read(text: string): Schedule | null {
  const known = schedules.get(text);
  if (known !== undefined) return known;
  let schedule: Schedule | null = null;
  try {
    schedule = parseSchedule(text);
  } catch {
    // The catalog's check is coarser than cron's grammar; such a row is shown without a next run.
  }
  if (schedules.size >= MOST_ANSWERS) schedules.clear();
  schedules.set(text, schedule);
  return schedule;
}

/** The next `count` runs. @throws PgSnapManError usage for a schedule that cannot be read, or an unknown zone */
export function nextRuns(text: string, zone: string, after: Date, count: number): Date[] {
  const schedule = parseSchedule(text);
  const runs: Date[] = [];
  for (let from = after; runs.length < count; ) {
    from = nextRun(schedule, from, zone);
    runs.push(from);
  }
  return runs;
}
