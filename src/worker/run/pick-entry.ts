import { reasonToSkip } from '../../core/queue/halted.ts';
import { instanceOf, mustWait, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { isPutOff } from '../../core/queue/retry.ts';
import { faultPoint } from '../fault.ts';
import { isHeldHere, type Lock, tryLock, withLock } from '../lock/lock.ts';
import { lockPath } from '../worker-setup.ts';
import { about, entryText } from './job-text.ts';
import { loadScheduleState } from './queue-due-jobs.ts';
import { followCache, QUEUE_LOCK_TIMEOUT_MS, queueLock, type WorkSession } from './work-session.ts';

/** An entry that is ours until `release`. */
export interface Picked {
  entry: QueueEntry;
  /** Somebody has started on it before and died. */
  died: boolean;
  release(): void;
}

/**
 * Takes the next entry that may start now, within the limits; null: there is none. Everything is decided by locks that
 * the kernel drops with their process: one for the job, so that it never runs twice at a time, one of the worker's slots
 * for its kind, and one of the instance's, of which the runs of other workers take their share. `wants`: false for entries that this process leaves alone.
 */
export async function pickEntry(session: WorkSession, wants: (entry: QueueEntry) => boolean): Promise<Picked | null> {
  const { worker, reporter } = session;
  return withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, async () => {
    const { entries } = await worker.queue.list();
    for (const text of worker.queue.takeBroken())
      await reporter.report('error', `an entry of the queue was set aside: ${text}`);
    if (entries.length === 0) return null;
    await followCache(session);
    const locks = new LockTable(session);
    for (const entry of entries) {
      if (!wants(entry) || !(await mayRun(session, entry, entries))) continue;
      const release = locks.take(entry);
      if (release === null) continue;
      const picked = await begin(session, entry, release);
      if (picked !== null) return picked;
    }
    return null;
  });
}

/** Whoever ran it removed it before they let the job's lock go: only now what is there is what is to be done. */
async function begin(session: WorkSession, entry: QueueEntry, release: () => void): Promise<Picked | null> {
  try {
    const current = await session.worker.queue.reread(entry);
    if (current !== undefined) return { entry: await noteStart(session, current), died: current.attempts > 0, release };
    release();
    return null;
  } catch (error) {
    // A daemon lives on, and must not hold a job for ever that it could not begin, say as the disk was full.
    release();
    throw error;
  }
}

/** Counts the attempt before anything happens, so that a job that kills its process does not do so for ever. */
async function noteStart(session: WorkSession, entry: QueueEntry): Promise<QueueEntry> {
  const { worker } = session;
  await takeUp(session, entry);
  faultPoint('queue.scheduled');
  const started = { ...entry, attempts: entry.attempts + 1 };
  await worker.queue.update(started);
  return started;
}

/** Whoever wrote the entry may have died before the schedule state had its due time; without that it would come again. */
async function takeUp(session: WorkSession, entry: QueueEntry): Promise<void> {
  if (entry.trigger_kind !== 'schedule' || entry.attempts > 0 || session.settled.has(entry.uuid)) return;
  const state = await loadScheduleState(session);
  state.takeUp([entry]);
  await state.save();
}

/** Halted work does not start; what has started before is brought to its end all the same. */
async function mayRun(session: WorkSession, entry: QueueEntry, entries: readonly QueueEntry[]): Promise<boolean> {
  const { configuration, worker, reporter } = session;
  if (entry.attempts > 0) return true;
  if (isPutOff(entry.not_before, worker.now())) return false;
  // A run by hand belongs to its own process.
  if (entry.trigger_kind === 'manual' || mustWait(entry, entries)) return false;
  if (configuration === null) return true;
  if (configuration.worker.status === 'halted') return false;
  const reason = reasonToSkip(entry, configuration);
  if (reason === null) return true;
  // A single job is claimed in the catalog; it waits here until it may run.
  if (entry.trigger_kind === 'single') {
    if (await worker.notices.begin(`halted-${entry.uuid}`)) await tellSkipped(session, entry, `waits: ${reason}`);
    return false;
  }
  await takeUp(session, entry);
  await worker.queue.remove(entry);
  await tellSkipped(session, entry, `was skipped: ${reason}`);
  reporter.log({ text: 'removed from the queue', uuid: entry.uuid });
  return false;
}

async function tellSkipped({ reporter }: WorkSession, entry: QueueEntry, what: string): Promise<void> {
  await reporter.report('info', `${entryText(entry)} ${what}`, about(entry));
}

/** Takes locks for entries; remembers what is full, so that a long queue is gone through quickly. */
class LockTable {
  private readonly session: WorkSession;
  private readonly full = new Set<string>();

  constructor(session: WorkSession) {
    this.session = session;
  }

  /** Null: the job runs already, or a limit is reached. */
  take(entry: QueueEntry): (() => void) | null {
    const { limits, runsOfOthers } = this.session;
    const instance = instanceOf(entry);
    const groups: [string, number, number][] = [
      [`slot-${entry.kind}`, limits.parallel(entry.kind), 0],
      [`instance-${instance.id}`, limits.parallelOnInstance(instance), runsOfOthers.get(instance.id) ?? 0],
    ];
    const jobPath = jobLock(this.session, entry.kind, entry.job.id);
    // What needs no asking comes first: each lock that is tried costs, and a queue may be long.
    if (isHeldHere(jobPath) || groups.some(([group]) => this.full.has(group))) return null;
    const taken: Lock[] = [];
    const release = (): void => {
      for (const lock of taken.toReversed()) lock.release();
    };
    for (const [group, size, occupied] of groups) {
      const lock = this.oneOf(group, size, occupied);
      if (lock === null) {
        release();
        return null;
      }
      taken.push(lock);
    }
    const job = tryLock(jobPath);
    if (job === null) {
      release();
      return null;
    }
    taken.push(job);
    return release;
  }

  private oneOf(group: string, size: number, occupied: number): Lock | null {
    const lock = takeOneOf(this.session.worker, group, size, occupied);
    if (lock === null) this.full.add(group);
    return lock;
  }
}

/** Takes slots for a run by hand, so that it is counted; it does not wait for them. */
export function takeSlots(session: WorkSession, entry: QueueEntry): () => void {
  const { limits, worker } = session;
  const instance = instanceOf(entry);
  const locks = [
    takeOneOf(worker, `slot-${entry.kind}`, limits.parallel(entry.kind)),
    takeOneOf(worker, `instance-${instance.id}`, limits.parallelOnInstance(instance)),
  ];
  return () => {
    for (const lock of locks) lock?.release();
  };
}

/** `occupied`: how many of them others use, whose locks are not here; so many have to stay free. */
function takeOneOf(worker: WorkSession['worker'], group: string, size: number, occupied = 0): Lock | null {
  const free: Lock[] = [];
  for (let number = 1; number <= size && free.length <= occupied; number++) {
    const lock = tryLock(lockPath(worker, `${group}-${number}`));
    if (lock !== null) free.push(lock);
  }
  const taken = free.length > occupied ? free.pop() : undefined;
  for (const lock of free) lock.release();
  return taken ?? null;
}

/** The lock of a job: whoever holds it runs the job, or looks after what a dead process left of it. */
export function jobLock({ worker }: Pick<WorkSession, 'worker'>, kind: 'dump' | 'restore', jobId: number): string {
  return lockPath(worker, `${kind}-${jobId}`);
}
