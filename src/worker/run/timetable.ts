import { join } from 'node:path';
import * as z from 'zod';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { zoneOf } from './machine-zone.ts';
import type { WorkSession } from './work-session.ts';

/** What a worker does by a schedule of its own. */
const dutySchema = z.enum(['config', 'discovery', 'clean', 'verify']);
export type Duty = z.infer<typeof dutySchema>;

const entrySchema = z.object({ schedule: z.string(), done_at: z.coerce.date(), next_at: z.coerce.date() });
const timetableSchema = z.partialRecord(dutySchema, entrySchema);
type Timetable = z.infer<typeof timetableSchema>;

/**
 * When a worker does what has a schedule of its own (`state/timetable.json`). The next time is worked out when the duty
 * is done, and kept: the rules of time zones are slow to load for a tick that has nothing to do.
 */
export async function isDutyDue(session: WorkSession, duty: Duty): Promise<boolean> {
  const { configuration, worker } = session;
  if (configuration === null) return false;
  const entry = (await load(session))[duty];
  const now = worker.now();
  // A clock that went back does not put anything off; another schedule begins at once.
  return (
    entry === undefined ||
    entry.schedule !== scheduleOf(configuration, duty) ||
    now < entry.done_at ||
    now >= entry.next_at
  );
}

/** Notes that a duty was done now. */
export async function noteDuty(session: WorkSession, duty: Duty): Promise<void> {
  const { configuration, worker } = session;
  if (configuration === null) return;
  const now = worker.now();
  const schedule = scheduleOf(configuration, duty);
  const next = await nextTime(configuration, schedule, now);
  const timetable: Timetable = { ...(await load(session)), [duty]: { schedule, done_at: now, next_at: next } };
  await writeJson(pathOf(session), timetable);
}

function pathOf({ worker }: WorkSession): string {
  return join(worker.root.state, 'timetable.json');
}

async function load(session: WorkSession): Promise<Timetable> {
  return (await readJson(pathOf(session), timetableSchema).catch(() => undefined)) ?? {};
}

function scheduleOf({ worker }: WorkerConfiguration, duty: Duty): string {
  return worker[`${duty}_schedule`];
}

/** A schedule that cannot be used means every time. */
async function nextTime(configuration: WorkerConfiguration, schedule: string, now: Date): Promise<Date> {
  const [{ nextRun }, { parseSchedule }] = await Promise.all([
    import('../../core/schedule/next-run.ts'),
    import('../../core/schedule/parse-schedule.ts'),
  ]);
  try {
    return nextRun(parseSchedule(schedule), now, zoneOf(configuration, { timezone: null }));
  } catch {
    return now;
  }
}
