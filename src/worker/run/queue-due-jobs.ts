import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { errorText } from '../../core/errors.ts';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import { type RepeatJob, repeatJobs } from '../../core/queue/jobs-of-worker.ts';
import { entryName, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { type DueAnswer, dueRun } from '../../core/schedule/due-run.ts';
import { nextRun } from '../../core/schedule/next-run.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import type { Schedule } from '../../core/schedule/schedule.ts';
import { faultPoint } from '../fault.ts';
import { withLock } from '../lock/lock.ts';
import { ScheduleState } from '../queue/schedule-state.ts';
import { about, entryText, jobText } from './job-text.ts';
import { zoneOf } from './machine-zone.ts';
import { QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

/** How long a job that is gone is remembered. */
const FORGET_AFTER_MS = 40 * 24 * 60 * 60_000;

/** What one look at the schedules works with. */
interface Look {
  session: WorkSession;
  configuration: WorkerConfiguration;
  state: ScheduleState;
  waiting: Set<string>;
  /** Uuids of the entries that the look writes. */
  added: string[];
  /** What was told about schedules that cannot be used, and is not over yet. */
  told: ReadonlySet<string>;
  now: Date;
}

/**
 * Puts the repeat jobs that are due into the queue, each due time once: entries first, then the schedule state, all
 * under the queue's lock. When each job is due next is kept, so that a tick costs what is due, not what there is.
 */
export async function queueDueJobs(session: WorkSession): Promise<void> {
  const { configuration, worker } = session;
  if (configuration === null) return;
  await withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    const state = await loadScheduleState(session);
    const { entries } = await worker.queue.list();
    state.takeUp(entries);
    const now = worker.now();
    const isNew = !state.knowsAhead(configuration.fetched_at, now);
    if (isNew) state.beginAhead(configuration.fetched_at, now);
    const added: string[] = [];
    if (isNew || !state.isQuiet(now)) {
      const waiting = new Set(entries.map(entryName));
      const told = new Set(await worker.notices.list());
      await lookAtDue({ session, configuration, state, waiting, added, told, now }, isNew);
    }
    await state.save();
    for (const uuid of [...entries.map((entry) => entry.uuid), ...added]) session.settled.add(uuid);
  });
}

/** The state of the schedules in this catalog. One that is broken is begun anew, with a message. */
export async function loadScheduleState(session: WorkSession): Promise<ScheduleState> {
  const path = join(session.worker.root.state, 'schedule.json');
  const { state, broken } = await ScheduleState.load(path, session.configuration?.catalog_id ?? null);
  if (broken !== null) {
    await session.reporter.report('error', `the state of the schedules was begun anew: ${broken}`, {
      job_class: 'config',
    });
  }
  return state;
}

/** Looks at the jobs that may be due. `isNew`: this configuration is seen for the first time. */
async function lookAtDue(look: Look, isNew: boolean): Promise<void> {
  const { state, now } = look;
  const jobs = repeatJobs(look.configuration);
  for (const job of jobs) {
    const key = { kind: job.kind, id: job.job.id };
    if (!state.mayBeDue(key, now)) continue;
    const again = await lookAt(look, job);
    // What has to be looked at by every tick stays due; writing that down each time would only wear out disks.
    if (again !== 'soon') state.lookAgain(key, again, now);
    else if (isNew) state.lookAgain(key, now, now);
  }
  if (isNew) {
    state.keepOnly(
      jobs.map(({ kind, job }) => ({ kind, id: job.id })),
      new Date(now.getTime() - FORGET_AFTER_MS),
    );
  }
}

/** When the job has to be looked at again. `soon`: by the next tick; null: never, its schedule cannot be used. */
async function lookAt(look: Look, repeat: RepeatJob): Promise<Date | 'soon' | null> {
  const { session, configuration, state, now } = look;
  const { kind, job, instance } = repeat;
  const key = { kind, id: job.id };
  // One that waits or runs holds the next one back; it is looked at again when that has ended.
  if (look.waiting.has(`${kind}-${job.id}`)) return 'soon';
  const zone = zoneOf(configuration, job);
  const schedule = await readSchedule(look, repeat, zone);
  if (schedule === null) return null;
  const answer = dueRun(
    { schedule, created_at: job.created_at, activated_at: job.activated_at },
    {
      lastHandled: state.lastHandled(key, now),
      now,
      catchUpMs: session.limits.catchUpMs(job),
      zone,
      window: { start: instance.window_start, end: instance.window_end },
    },
  );
  if (answer.dueAt !== null && answer.decision === 'wait') return 'soon';
  if (answer.dueAt !== null) {
    await act(look, repeat, answer, answer.dueAt);
    state.handle(key, answer.dueAt, answer.missed > 0);
  }
  return nextRun(schedule, now, zone);
}

/** A schedule that cannot be used is an error of its job alone; it is told once. */
async function readSchedule(
  look: Look,
  { kind, job, schedule, instance }: RepeatJob,
  zone: string,
): Promise<Schedule | null> {
  const { notices } = look.session.worker;
  const notice = `schedule-${kind}-${job.id}`;
  try {
    const parsed = parseSchedule(schedule);
    nextRun(parsed, look.now, zone);
    if (look.told.has(notice)) await notices.end(notice);
    return parsed;
  } catch (error) {
    if (await notices.begin(notice)) {
      const text = `${jobText(kind, job, instance.name)} never runs: ${errorText(error)}`;
      await look.session.reporter.report('error', text, { job_class: kind, job_id: job.id });
    }
    return null;
  }
}

async function act(look: Look, repeat: RepeatJob, answer: DueAnswer, dueAt: Date): Promise<void> {
  const { session, configuration } = look;
  const entry = entryFor(repeat, dueAt, look.now);
  const name = entryText(entry);
  const when = dueAt.toISOString();
  if (configuration.worker.status === 'halted') return;
  const halted =
    repeat.job.status === 'halted' ? 'the job' : repeat.instance.status === 'halted' ? 'its instance' : null;
  if (halted !== null) {
    await session.reporter.report('info', `${name} was skipped at ${when}: ${halted} is halted`, about(entry));
  } else if (answer.decision === 'missed') {
    const text = `${name} missed its run at ${when}${others(answer, ' and')}: ${answer.reason}`;
    await session.reporter.report('warning', text, about(entry));
  } else {
    await session.worker.queue.add(entry);
    look.added.push(entry.uuid);
    faultPoint('queue.entry-written');
    const text = `${name} makes up its run at ${when}${others(answer, ', which stands for')}`;
    if (answer.late) await session.reporter.report('warning', text, about(entry));
    else if (answer.missed > 0) await tellPassedOver(session, entry, answer);
  }
}

function others({ missed }: DueAnswer, lead: string): string {
  return missed === 0 ? '' : `${lead} ${missed} before it`;
}

/** The last run took so long, or waited so long, that the schedule wanted others meanwhile. */
async function tellPassedOver({ reporter }: WorkSession, entry: QueueEntry, { missed }: DueAnswer): Promise<void> {
  const text = `${entryText(entry)} passed over ${missed} ${missed === 1 ? 'run' : 'runs'}: the one before took too long`;
  await reporter.report('info', text, about(entry));
}

function entryFor(repeat: RepeatJob, dueAt: Date, now: Date): QueueEntry {
  const common = {
    format: 1,
    uuid: uuidv7(),
    trigger_kind: 'schedule',
    due_at: dueAt,
    queued_at: now,
    attempts: 0,
  } as const;
  return repeat.kind === 'dump'
    ? { ...common, kind: 'dump', job: repeat.job, instance: repeat.instance }
    : {
        ...common,
        kind: 'restore',
        job: repeat.job,
        destination: repeat.instance,
        dump_uuid: repeat.job.dump_uuid,
        position: 0,
      };
}
