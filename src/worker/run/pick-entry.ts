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

/** An entry whose locks are held, but on which nobody has started yet. */
interface Candidate {
  entry: QueueEntry;
  /** Places of its instance that this worker leaves free beside this one. */
  spare: number;
  release(): void;
}

/**
 * Asks whether other workers leave a place on the entry's instance, of `spare` that are free here beside its own, and
 * takes it; null: they do not.
 */
export type TakePlace = (entry: QueueEntry, spare: number) => Promise<{ giveBack(): void } | null>;

const ASK_NOBODY: TakePlace = () => Promise.resolve({ giveBack: () => undefined });

/**
 * Takes the next entry that may start now, within the limits; null: there is none. Within the worker everything is decided
 * by locks that the kernel drops with their process: one for the job, so that it never runs twice at a time, one of the
 * worker's slots for its kind, and one of the instance's, of which the runs of other workers take their share. Those are
 * asked last, by `takePlace`, and without the lock of the queue, which must not be held while a catalog is slow.
 * `wants`: false for entries that this process leaves alone.
 */
export async function pickEntry(
  session: WorkSession,
  wants: (entry: QueueEntry) => boolean,
  takePlace: TakePlace = ASK_NOBODY,
): Promise<Picked | null> {
  const full = new Set<number>();
  const mayStart = (entry: QueueEntry): boolean => wants(entry) && !full.has(instanceOf(entry).id);
  for (;;) {
    const candidate = await withQueue(session, () => choose(session, mayStart));
    if (candidate === null) return null;
    const picked = await start(session, candidate, takePlace);
    if (picked === 'full') full.add(instanceOf(candidate.entry).id);
    else if (picked !== null) return picked;
  }
}

function withQueue<T>({ worker }: WorkSession, work: () => Promise<T>): Promise<T> {
  return withLock(queueLock(worker), QUEUE_LOCK_TIMEOUT_MS, work);
}

/** The first entry that may start and whose locks are free. */
async function choose(session: WorkSession, wants: (entry: QueueEntry) => boolean): Promise<Candidate | null> {
  const { worker, reporter } = session;
  const { entries } = await worker.queue.list();
  for (const text of worker.queue.takeBroken())
    await reporter.report('error', `an entry of the queue was set aside: ${text}`);
  if (entries.length === 0) return null;
  await followCache(session);
  const locks = new LockTable(session);
  for (const entry of entries) {
    if (!wants(entry) || !(await mayRun(session, entry, entries))) continue;
    const taken = locks.take(entry);
    if (taken !== null) return { entry, ...taken };
  }
  return null;
}

/** Null: it has come to its end meanwhile. `full`: other workers use its instance. */
async function start(
  session: WorkSession,
  { entry, spare, release }: Candidate,
  takePlace: TakePlace,
): Promise<Picked | 'full' | null> {
  let place: Awaited<ReturnType<TakePlace>> = null;
  const releaseAll = (): void => {
    place?.giveBack();
    release();
  };
  try {
    place = await takePlace(entry, spare);
    const picked = place === null ? 'full' : await withQueue(session, () => begin(session, entry, releaseAll));
    if (picked === 'full' || picked === null) releaseAll();
    return picked;
  } catch (error) {
    // A daemon lives on, and must not hold a job for ever that it could not begin, say as the disk was full.
    releaseAll();
    throw error;
  }
}

/** Whoever ran it removed it before they let the job's lock go: only now what is there is what is to be done. */
async function begin(session: WorkSession, entry: QueueEntry, release: () => void): Promise<Picked | null> {
  const current = await session.worker.queue.reread(entry);
  if (current === undefined) return null;
  return { entry: await noteStart(session, current), died: current.attempts > 0, release };
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
  take(entry: QueueEntry): Omit<Candidate, 'entry'> | null {
    const { limits, runsOfOthers } = this.session;
    const { id, max_parallel } = instanceOf(entry);
    const jobPath = jobLock(this.session, entry.kind, entry.job.id);
    const groups = [`slot-${entry.kind}`, `instance-${id}`] as const;
    // What needs no asking comes first: each lock that is tried costs, and a queue may be long.
    if (isHeldHere(jobPath) || groups.some((group) => this.full.has(group))) return null;
    const slot = this.oneOf(groups[0], limits.parallel(entry.kind), 0);
    if (slot === null) return null;
    const place = this.oneOf(groups[1], limits.parallelOnInstance({ max_parallel }), runsOfOthers.get(id) ?? 0);
    const job = place === null ? null : tryLock(jobPath);
    const release = (): void => {
      job?.release();
      place?.lock.release();
      slot.lock.release();
    };
    if (place !== null && job !== null) return { spare: place.spare, release };
    release();
    return null;
  }

  private oneOf(group: string, size: number, occupied: number): Slot | null {
    const slot = takeOneOf(this.session.worker, group, size, occupied);
    if (slot === null) this.full.add(group);
    return slot;
  }
}

/** Takes slots for a run by hand, so that it is counted; it does not wait for them. */
export function takeSlots(session: WorkSession, entry: QueueEntry): () => void {
  const { limits, worker } = session;
  const instance = instanceOf(entry);
  const slots = [
    takeOneOf(worker, `slot-${entry.kind}`, limits.parallel(entry.kind)),
    takeOneOf(worker, `instance-${instance.id}`, limits.parallelOnInstance(instance)),
  ];
  return () => {
    for (const slot of slots) slot?.lock.release();
  };
}

interface Slot {
  lock: Lock;
  /** How many of its group are free beside it. */
  spare: number;
}

/** `occupied`: how many of them others use, whose locks are not here; so many have to stay free. */
function takeOneOf(worker: WorkSession['worker'], group: string, size: number, occupied = 0): Slot | null {
  const free: Lock[] = [];
  for (let number = 1; number <= size; number++) {
    const lock = tryLock(lockPath(worker, `${group}-${number}`));
    if (lock !== null) free.push(lock);
  }
  const lock = free.length > occupied ? free.pop() : undefined;
  const spare = free.length;
  for (const other of free) other.release();
  return lock === undefined ? null : { lock, spare };
}

/** The lock of a job: whoever holds it runs the job, or looks after what a dead process left of it. */
export function jobLock({ worker }: Pick<WorkSession, 'worker'>, kind: 'dump' | 'restore', jobId: number): string {
  return lockPath(worker, `${kind}-${jobId}`);
}
