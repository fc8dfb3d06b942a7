import type { Instance, WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import { Calendar, type Planned } from './calendar.ts';
import { minuteOfDay } from './zone-table.ts';

const MINUTE = 60_000;
const ON_TIME_MS = 10 * MINUTE;
const DAY_MINUTES = 24 * 60;

/** What must hold of one job: which due times are open, and how each was dealt with. */
interface Account extends Planned {
  instance: Instance;
  /** Due times that came and were not dealt with, oldest first. */
  open: number[];
}

/** What a run was queued for, and how far it has come. */
interface Run {
  job: number;
  dueAt: number;
  /** Processes that died over it since it was put off last. */
  deaths: number;
  /** A process is at it, or died over it just now. */
  isBegun: boolean;
  /** Once it has ended: what its result says. */
  result: string | null;
}

/** What a look at the schedules has made of one job. */
export interface Look {
  /** The job had an entry in the queue before. */
  waiting: boolean;
  queued: { uuid: string; dueAt: number } | null;
  /** The due time that the worker said was missed. */
  missed: number | null;
  /** How many due times before it the worker said it stands for. */
  passed: number;
}

export const NOTHING: Omit<Look, 'waiting'> = { queued: null, missed: null, passed: 0 };

/**
 * The books of a simulation, kept apart from the worker: every due time of every job, and what became of it. Whatever
 * does not fit is an error at once.
 */
export class Ledger {
  readonly #accounts = new Map<number, Account>();
  readonly #open = new Set<Account>();
  readonly #runs = new Map<string, Run>();
  readonly #calendar: Calendar;
  readonly #catchUpMs: number;
  readonly report = { due: 0, runs: 0, late: 0, missed: 0, passed: 0 };

  constructor(plans: readonly Planned[], configuration: WorkerConfiguration, start: Date, catchUpMs: number) {
    this.#catchUpMs = catchUpMs;
    this.#calendar = new Calendar(plans, start.getTime());
    const instances = new Map(configuration.instances.map((instance) => [instance.id, instance]));
    const instanceIds = new Map(configuration.dump_jobs.map(({ id, instance_id }) => [id, instance_id]));
    for (const planned of plans) {
      const instance = instances.get(instanceIds.get(planned.id) ?? 0);
      if (instance === undefined) throw new Error('a job without an instance');
      this.#accounts.set(planned.id, { ...planned, instance, open: [] });
    }
  }

  /** Time has come so far. */
  advance(now: number): void {
    for (const { at, ids } of this.#calendar.take(now)) {
      for (const id of ids) {
        const account = this.#account(id);
        account.open.push(at);
        this.#open.add(account);
        this.report.due++;
      }
    }
  }

  /** The next minute up to `until` at which something is due, or may be made up as a window opens. */
  nextDue(now: number, until: number, isQueued: (id: number) => boolean): number {
    let next = this.#calendar.peek(until) ?? until;
    for (const account of this.#open) {
      if (!isQueued(account.id)) next = Math.min(next, now + minutesUntilOpen(account, now) * MINUTE);
    }
    return Math.min(next, until);
  }

  /** True if a look at the schedules has something to do. */
  wantsLook(now: number, isQueued: (id: number) => boolean): boolean {
    return [...this.#open].some((account) => !isQueued(account.id) && this.#expected(account, now) !== 'wait');
  }

  /**
   * A look at the schedules has ended. `died`: in the middle, so that what is not on disk counts for nothing: the next
   * look has to do it.
   */
  checkLook(now: number, looks: ReadonlyMap<number, Look>, died: boolean): void {
    for (const [id, look] of looks) {
      const account = this.#account(id);
      if (account.open.length === 0 || look.waiting) {
        if (look.queued ?? look.missed)
          this.#fail(account, now, 'was dealt with although nothing was due, or while its last run was not over');
      }
    }
    for (const account of [...this.#open]) {
      const look = looks.get(account.id) ?? { ...NOTHING, waiting: false };
      if (look.waiting || (died && look.queued === null)) continue;
      this.#checkOpen(account, now, look, died);
    }
  }

  #checkOpen(account: Account, now: number, { queued, missed, passed }: Look, died: boolean): void {
    const newest = account.open.at(-1) ?? 0;
    const expected = this.#expected(account, now);
    const found = queued !== null ? 'run' : missed !== null ? 'missed' : 'wait';
    if (found !== expected)
      this.#fail(account, now, `${found} instead of ${expected}, due ${new Date(newest).toISOString()}`);
    if (found === 'wait') return;
    if ((queued?.dueAt ?? missed) !== newest)
      this.#fail(account, now, `${found} of another due time than ${new Date(newest).toISOString()}`);
    // A process that dies between the entry and its message leaves a run that nobody was told to stand for others.
    if (!died && passed !== account.open.length - 1)
      this.#fail(account, now, `was said to stand for ${passed} others instead of ${account.open.length - 1}`);
    this.report.passed += account.open.length - 1;
    account.open = [];
    this.#open.delete(account);
    if (queued === null) this.report.missed++;
    else {
      if (this.#runs.has(queued.uuid)) this.#fail(account, now, 'two runs have one uuid');
      this.#runs.set(queued.uuid, { job: account.id, dueAt: newest, deaths: 0, isBegun: false, result: null });
      if (now - newest > ON_TIME_MS) this.report.late++;
    }
  }

  /** A run begins to take its dump. */
  begun(uuid: string, now: number): void {
    const run = this.#run(uuid);
    if (run.result !== null) this.#fail(this.#account(run.job), now, 'runs again after it has ended');
    if (run.deaths > 1) this.#fail(this.#account(run.job), now, 'runs again after two processes died over it');
    run.isBegun = true;
  }

  /** A process that had put the run off already, and dies then, was not at it any more. */
  died(uuid: string): void {
    const run = this.#run(uuid);
    if (run.isBegun) run.deaths++;
    run.isBegun = false;
  }

  /** That it waits for another try is on disk. */
  putOff(uuid: string): void {
    const run = this.#run(uuid);
    run.deaths = 0;
    run.isBegun = false;
  }

  /** A result is on disk; the same one may come again. */
  ended(uuid: string, content: string, dueAt: Date | null): void {
    const run = this.#run(uuid);
    if (run.dueAt !== dueAt?.getTime()) throw new Error(`result ${uuid} is of another due time`);
    if (run.result !== null && run.result !== content) throw new Error(`result ${uuid} came twice, and differs`);
    if (run.result === null) this.report.runs++;
    run.result = content;
  }

  /** At the end: every run that was queued has its result in the catalog, but for those that wait or run just now. */
  close(end: number, unfinished: ReadonlySet<string>, uploaded: ReadonlySet<string>): void {
    for (const [uuid, { job, dueAt, result }] of this.#runs) {
      const account = this.#account(job);
      if (unfinished.has(uuid)) {
        if (end - dueAt > 4 * DAY_MINUTES * MINUTE) this.#fail(account, end, 'was queued days ago and is not done');
      } else if (result === null) this.#fail(account, dueAt, 'was queued and has no result');
      else if (!uploaded.has(uuid)) this.#fail(account, dueAt, 'has a result that never came to the catalog');
    }
    if (uploaded.size > this.report.runs) throw new Error('the catalog has results of runs that never ended');
  }

  #expected({ open, instance, zone }: Account, now: number): 'run' | 'missed' | 'wait' {
    const newest = open.at(-1);
    if (newest === undefined) return 'wait';
    if (now - newest <= ON_TIME_MS) return 'run';
    if (now - newest > this.#catchUpMs) return 'missed';
    return minutesUntilOpen({ instance, zone }, now) === 0 ? 'run' : 'wait';
  }

  #account(id: number): Account {
    const account = this.#accounts.get(id);
    if (account === undefined) throw new Error(`job ${id} is not known`);
    return account;
  }

  #run(uuid: string): Run {
    const run = this.#runs.get(uuid);
    if (run === undefined) throw new Error(`run ${uuid} was never queued`);
    return run;
  }

  #fail({ id, plan, zone }: Account, now: number, what: string): never {
    throw new Error(`job ${id} (${plan.text} in ${zone}) at ${new Date(now).toISOString()}: ${what}`);
  }
}

/** 0 inside the instance's window, by the clocks of the job's zone. */
function minutesUntilOpen({ instance, zone }: Pick<Account, 'instance' | 'zone'>, now: number): number {
  const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const [start, end] = [minutesOf(instance.window_start), minutesOf(instance.window_end)];
  const sinceStart = (minuteOfDay(zone, now) - start + DAY_MINUTES) % DAY_MINUTES;
  const length = (end - start + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return sinceStart < length ? 0 : DAY_MINUTES - sinceStart;
}
