import type { ScheduledJob } from '../../sql/catalog/overview.ts';
import { nextRunOf } from '../schedule/next-runs.ts';

interface NextRun {
  at: Date;
  job: ScheduledJob;
}

/** What the schedules say: what comes next, and which dump jobs have no good dump although one was due. */
export interface JobForecast {
  /** The soonest first. */
  next: readonly NextRun[];
  /** The longest overdue first. */
  late: readonly { due: Date; job: ScheduledJob }[];
  jobs: number;
}

/** A run may wait for others, and take its time, before its absence means something. */
const GRACE_MS = 2 * 3_600_000;
const SLICE = 200;

/**
 * Looks at all schedules. Does a part of them at a time, so that keys are answered meanwhile (`rest` lets others work).
 * `zone` stands for the zones of machines that are not known here.
 */
export async function forecast(
  jobs: readonly ScheduledJob[],
  now: Date,
  zone: string,
  limit: number,
  rest: () => Promise<void>,
): Promise<JobForecast> {
  const next: NextRun[] = [];
  const late: { due: Date; job: ScheduledJob }[] = [];
  for (const [index, job] of jobs.entries()) {
    if (index % SLICE === SLICE - 1) await rest();
    const jobZone = job.timezone ?? zone;
    const at = nextRunOf(job.schedule, jobZone, now);
    if (at !== null) next.push({ at, job });
    if (job.kind !== 'dump') continue;
    const good = job.last_good_at;
    const since = good !== null && good > job.activated_at ? good : job.activated_at;
    const due = nextRunOf(job.schedule, jobZone, since);
    if (due !== null && now.getTime() - due.getTime() > GRACE_MS) late.push({ due, job });
  }
  next.sort((a, b) => a.at.getTime() - b.at.getTime() || a.job.id - b.job.id);
  late.sort((a, b) => a.due.getTime() - b.due.getTime() || a.job.id - b.job.id);
  return { next: next.slice(0, limit), late, jobs: jobs.length };
}
