import type { DumpJob, WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import { zoneClock } from '../../../src/core/schedule/time-zone.ts';
import { sampleConfiguration, sampleDumpJob, sampleInstance, sampleWorker } from '../sample-jobs.ts';
import type { Random } from './random.ts';

/** Two with usual changes of the clocks, one that changes by half an hour, one that changes oddly, one that never does. */
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu'];

/** Jobs of all kinds of schedules on several instances with windows of their own. */
export function scenario(jobs: number, created: Date, random: Random): WorkerConfiguration {
  const instances = [1, 2, 3, 4].map((id) =>
    sampleInstance({
      id,
      name: `db${id}`,
      host: '/nowhere',
      window_start: `${18 + id}:00:00`,
      window_end: `0${4 + id}:00:00`,
      max_parallel: id,
    }),
  );
  const times = { created_at: created, activated_at: created };
  const dumpJobs = Array.from({ length: jobs }, (_, index): DumpJob => {
    const timezone = random.pick(ZONES);
    const instance_id = random.pick(instances).id;
    return sampleDumpJob({ id: index + 1, instance_id, timezone, schedule: schedule(random, index), ...times });
  });
  return sampleConfiguration({
    worker: sampleWorker({ max_parallel_dumps: 6 }),
    instances,
    dump_jobs: dumpJobs,
    fetched_at: created,
  });
}

function schedule(random: Random, index: number): string {
  const [minute, night] = [random.below(60), random.pick([0, 1, 2, 2, 2, 3, 22, 23])];
  if (index % 50 === 0) return `${minute} * * * *`;
  if (index % 10 === 1) return `${minute} ${night} * * *`;
  if (index % 10 < 6) return `${minute} ${night} * * ${random.below(7)}`;
  return `${minute} ${night} ${1 + random.below(28)} * *`;
}

/** When clocks change in one of the zones. */
export function clockChanges(start: Date, end: Date): Date[] {
  const changes: Date[] = [];
  for (const zone of ZONES) {
    const clock = zoneClock(zone);
    let { until, offset } = clock.segmentAt(start.getTime());
    while (until < end.getTime()) {
      const segment = clock.segmentAt(until);
      if (segment.offset !== offset) changes.push(new Date(until));
      ({ until, offset } = segment);
    }
  }
  return changes.sort((a, b) => a.getTime() - b.getTime());
}
