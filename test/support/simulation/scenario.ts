import type { DumpJob, WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import { sampleConfiguration, sampleDumpJob, sampleInstance, sampleWorker } from '../sample-jobs.ts';
import type { Planned } from './calendar.ts';
import { type Plan, planOf } from './plan.ts';
import type { Random } from './random.ts';
import { ZONES } from './zone-table.ts';

export interface Scenario {
  configuration: WorkerConfiguration;
  plans: Planned[];
}

/** When people let backups run: in the night, mostly at full and half hours; often enough where clocks change. */
const MINUTES = [0, 0, 0, 0, 30, 30, 30, 15, 45, 5, 10, 20, 40, 50];
const WORKDAYS = [1, 2, 3, 4, 5];
const NIGHT = [22, 23, 0, 1, 1, 2, 2, 2, 3, 4];

/** Jobs of all kinds of schedules in all zones, on several instances with windows and limits of their own. */
export function scenario(jobs: number, created: Date, random: Random): Scenario {
  const instances = [1, 2, 3, 4, 5, 6, 7, 8].map((id) =>
    sampleInstance({
      id,
      name: `db${id}`,
      host: '/nowhere',
      window_start: `${18 + (id % 5)}:00:00`,
      window_end: `0${4 + (id % 4)}:00:00`,
      max_parallel: 1 + (id % 3),
    }),
  );
  const times = { created_at: created, activated_at: created };
  const plans = Array.from({ length: jobs }, (_, index): Planned => {
    // Two kinds whose hour is a star run in every zone on Sundays, when clocks change.
    const zone = index >= 3 && index < 13 ? ZONES[(index - 3) % ZONES.length] : random.pick(ZONES);
    return { id: index + 1, plan: planFor(random, index), zone: zone ?? 'Europe/Berlin' };
  });
  const dumpJobs = plans.map(({ id, plan, zone }): DumpJob => {
    const instance_id = random.pick(instances).id;
    return sampleDumpJob({ id, instance_id, timezone: zone, schedule: plan.text, ...times });
  });
  const configuration = sampleConfiguration({
    worker: sampleWorker({ max_parallel_dumps: 4 }),
    instances,
    dump_jobs: dumpJobs,
    fetched_at: created,
  });
  return { configuration, plans };
}

/** Of 500 jobs about 130,000 due times in two years: a few often, 80 every day, the others every week or month. */
function planFor(random: Random, index: number): Plan {
  const minutes = [random.chance(0.05) ? random.below(60) : random.pick(MINUTES)];
  const hours = [random.pick(NIGHT)];
  const kind = index % 100;
  if (index === 0) return planOf({ minutes, hours: 'every hour' });
  if (index === 1) return planOf({ minutes, hours: 'every fourth hour' });
  if (index === 2) return planOf({ minutes: [0, 30], hours: [8, 9, 10, 11, 12, 13], weekdays: WORKDAYS });
  if (index < 8) return planOf({ minutes, hours: 'every hour', weekdays: [0] });
  if (index < 13) return planOf({ minutes: [15], hours: 'every second hour', weekdays: [0] });
  if (kind < 15) return planOf({ minutes, hours });
  if (kind < 16) return planOf({ minutes, hours: [1, 13] });
  if (kind < 19) return planOf({ minutes, hours, weekdays: WORKDAYS });
  if (kind < 23) return planOf({ minutes, hours, days: [1, 15], weekdays: [0] });
  if (kind < 62) return planOf({ minutes, hours, weekdays: [random.below(7)] });
  return planOf({ minutes, hours, days: [1 + random.below(31)] });
}

/** How long a dump takes: mostly minutes, seldom hours, and now and then so long that its job is due again. */
export function runMinutes(random: Random): number {
  const luck = random.next();
  if (luck < 0.001) return 12 * 60 + random.below(18 * 60);
  return 1 + random.below(luck < 0.03 ? 4 * 60 : 20);
}
