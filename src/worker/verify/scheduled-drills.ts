import { join } from 'node:path';
import * as z from 'zod';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { DumpJob, Instance, WorkerConfiguration } from '../../core/model/configuration.ts';
import { isGood } from '../../core/model/outcome.ts';
import { isDumpJobOf } from '../../core/queue/jobs-of-worker.ts';
import { nextRun } from '../../core/schedule/next-run.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { zoneOf } from '../run/machine-zone.ts';
import type { WorkSession } from '../run/work-session.ts';
import { drillDump } from './drill.ts';

const planSchema = z.record(z.string(), z.object({ schedule: z.string(), next_at: z.coerce.date() }));
type Plan = z.infer<typeof planSchema>;

interface DrillJob {
  job: DumpJob;
  schedule: string;
  instance: Instance;
}

/**
 * Drills the newest good dump of each job whose schedule for that is due. The next time is noted before a drill begins,
 * so one that kills its process is not begun again at once.
 */
export async function drillDueJobs(session: WorkSession, signal: AbortSignal): Promise<void> {
  const { configuration, worker } = session;
  if (configuration === null) return;
  const jobs = drillJobs(configuration);
  const path = join(worker.root.state, 'drills.json');
  const known: Plan = (await readJson(path, planSchema).catch(() => undefined)) ?? {};
  const plan: Plan = {};
  const due: DrillJob[] = [];
  for (const each of jobs) {
    const entry = known[each.job.id];
    const isDue = entry?.schedule === each.schedule && worker.now() >= entry.next_at;
    if (isDue) due.push(each);
    // A new schedule begins with its next time, not at once.
    const next =
      isDue || entry?.schedule !== each.schedule ? await nextTime(session, configuration, each) : entry.next_at;
    if (next !== null) plan[each.job.id] = { schedule: each.schedule, next_at: next };
  }
  if (JSON.stringify(plan) !== JSON.stringify(known)) await writeJson(path, plan);
  for (const each of due) {
    if (!signal.aborted) await drillNewest(session, each, signal);
  }
}

function drillJobs(configuration: WorkerConfiguration): DrillJob[] {
  return configuration.dump_jobs.flatMap((job) => {
    const instance = configuration.instances.find(({ id }) => id === job.drill_instance_id);
    const wanted = job.drill_schedule !== null && job.status === 'active' && isDumpJobOf(configuration, job);
    return wanted && instance?.status === 'active' ? [{ job, schedule: job.drill_schedule ?? '', instance }] : [];
  });
}

/** Null: the schedule cannot be used; that is told once. */
async function nextTime(
  { worker, reporter }: WorkSession,
  configuration: WorkerConfiguration,
  { job, schedule }: DrillJob,
): Promise<Date | null> {
  const notice = `drill-schedule-${job.id}`;
  try {
    const next = nextRun(parseSchedule(schedule), worker.now(), zoneOf(configuration, job));
    await worker.notices.end(notice);
    return next;
  } catch (error) {
    if (await worker.notices.begin(notice)) {
      const text = `dump job ${job.id} is never drilled: ${errorText(error)}`;
      await reporter.report('error', text, { job_class: 'verify', job_id: job.id });
    }
    return null;
  }
}

async function drillNewest(session: WorkSession, { job, instance }: DrillJob, signal: AbortSignal): Promise<void> {
  const { worker, reporter } = session;
  const repository = await worker.repository();
  const { manifests } = await repository.list();
  const own = manifests.filter((manifest) => manifest.job.id === job.id && isGood(manifest.outcome)).toReversed();
  for (const { uuid, dbname, instance: source } of own) {
    if ((await repository.state(uuid))?.verification_failed !== null) continue;
    try {
      await drillDump(session, { uuid, subject: `${dbname} on ${source.name}`, jobId: job.id, instance, signal });
    } catch (error) {
      if (!(error instanceof PgSnapManError)) throw error;
      const text = `the drill of dump job ${job.id} could not be done: ${error.message}`;
      await reporter.report('error', text, { job_class: 'verify', job_id: job.id });
    }
    return;
  }
  const text = `dump job ${job.id} has no good dump to drill`;
  await reporter.report('warning', text, { job_class: 'verify', job_id: job.id });
}
