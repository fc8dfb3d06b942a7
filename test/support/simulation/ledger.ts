import type { DumpJob, Instance } from '../../../src/core/model/configuration.ts';
import { nextRun } from '../../../src/core/schedule/next-run.ts';
import { parseSchedule } from '../../../src/core/schedule/parse-schedule.ts';
import { isInWindow } from '../../../src/core/schedule/window.ts';

const ON_TIME_MS = 10 * 60_000;

/** What must hold of one job: which due times are open, and how each was dealt with. */
interface Account {
  job: DumpJob;
  zone: string;
  window: { start: string; end: string };
  /** The next due time that has not come yet. */
  next: Date;
  /** Due times that came and were not dealt with, oldest first. */
  open: number[];
  /** Uuid of the run that a due time got. */
  queued: Map<number, string>;
  missed: number;
  /** Passed over, because a later run stands for them. */
  passed: number;
}

/**
 * The books of a simulation, kept apart from the worker: every due time of every job, and what became of it. Whatever
 * does not fit is an error at once.
 */
export class Ledger {
  readonly accounts = new Map<number, Account>();
  readonly #catchUpMs: number;
  readonly #results = new Map<string, string>();
  readonly #expected = new Map<string, number>();

  constructor(jobs: readonly DumpJob[], instances: readonly Instance[], catchUpMs: number) {
    this.#catchUpMs = catchUpMs;
    for (const job of jobs) {
      const instance = instances.find(({ id }) => id === job.instance_id);
      if (instance === undefined || job.schedule === null) throw new Error('a job without instance or schedule');
      const zone = job.timezone ?? 'UTC';
      const window = { start: instance.window_start, end: instance.window_end };
      const next = nextRun(parseSchedule(job.schedule), job.created_at, zone);
      this.accounts.set(job.id, { job, zone, window, next, open: [], queued: new Map(), missed: 0, passed: 0 });
    }
  }

  /** The earliest due time of any job. */
  nextDue(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { next } of this.accounts.values()) earliest = Math.min(earliest, next.getTime());
    return earliest;
  }

  /** Time has come so far. */
  advance(now: Date): void {
    for (const account of this.accounts.values()) {
      while (account.next <= now) {
        account.open.push(account.next.getTime());
        account.next = nextRun(parseSchedule(account.job.schedule ?? ''), account.next, account.zone);
      }
    }
  }

  /**
   * A look at the schedules has ended. `waiting`: the job had an entry before it; `queued`: the one that it has now;
   * `missed`: the due time that the worker said was missed.
   */
  check(
    id: number,
    now: Date,
    look: { waiting: boolean; queued: { uuid: string; dueAt: Date } | null; missed: Date | null },
  ): void {
    const account = this.#account(id);
    const newest = account.open.at(-1);
    const said = look.queued?.dueAt ?? look.missed;
    if (newest === undefined || look.waiting) {
      if (said !== null) this.#fail(id, now, `was dealt with although nothing was due: ${said.toISOString()}`);
      return;
    }
    const lateByMs = now.getTime() - newest;
    const late = lateByMs > ON_TIME_MS;
    const expected =
      late && lateByMs > this.#catchUpMs
        ? 'missed'
        : late && !isInWindow(account.window, now, account.zone)
          ? 'wait'
          : 'run';
    const found = look.queued !== null ? 'run' : look.missed !== null ? 'missed' : 'wait';
    if (found !== expected)
      this.#fail(id, now, `${found} instead of ${expected}, due ${new Date(newest).toISOString()}`);
    if (found === 'wait') return;
    if (said?.getTime() !== newest)
      this.#fail(id, now, `${found} of another due time than ${new Date(newest).toISOString()}`);
    account.passed += account.open.length - 1;
    account.open = [];
    if (look.queued === null) account.missed++;
    else {
      if (account.queued.has(newest)) this.#fail(id, now, 'a due time was queued twice');
      account.queued.set(newest, look.queued.uuid);
      this.#expected.set(look.queued.uuid, newest);
    }
  }

  /** A result has arrived; the same one may arrive again. */
  result(uuid: string, content: string, dueAt: Date | null): void {
    const expected = this.#expected.get(uuid);
    if (expected === undefined) throw new Error(`result ${uuid} was never queued`);
    if (expected !== dueAt?.getTime()) throw new Error(`result ${uuid} is of another due time`);
    const known = this.#results.get(uuid);
    if (known !== undefined && known !== content) throw new Error(`result ${uuid} arrived twice, and differs`);
    this.#results.set(uuid, content);
  }

  /** Every run that was queued has exactly one result, and nothing that is due is left. */
  close(stillWaiting: ReadonlySet<string>): { runs: number; missed: number; passed: number } {
    let [runs, missed, passed] = [0, 0, 0];
    for (const account of this.accounts.values()) {
      for (const [dueAt, uuid] of account.queued) {
        const done = this.#results.has(uuid);
        if (!done && !stillWaiting.has(uuid))
          this.#fail(account.job.id, new Date(dueAt), 'was queued and has no result');
        if (done) runs++;
      }
      missed += account.missed;
      passed += account.passed;
    }
    return { runs, missed, passed };
  }

  #account(id: number): Account {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`job ${id} is not known`);
    return account;
  }

  #fail(id: number, now: Date, what: string): never {
    const { job, zone } = this.#account(id);
    throw new Error(`job ${id} (${job.schedule} in ${zone}) at ${now.toISOString()}: ${what}`);
  }
}
