import type { DumpEntry } from '../../../src/core/queue/queue-entry.ts';
import { dumpResultOf } from '../../../src/core/queue/unfinished-results.ts';
import { concludeDump } from '../../../src/worker/run/conclude-died.ts';
import { ending } from '../../../src/worker/run/ending.ts';
import { finishDump } from '../../../src/worker/run/finish-run.ts';
import { type Picked, pickEntry } from '../../../src/worker/run/pick-entry.ts';
import { putOff } from '../../../src/worker/run/put-off.ts';
import type { WorkSession } from '../../../src/worker/run/work-session.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import { runMinutes } from './scenario.ts';

const MINUTE = 60_000;

interface Running {
  entry: DumpEntry;
  release: () => void;
  startedAt: number;
  endsAt: number;
}

/** What processes are at: dumps that only take time. Begun, ended and looked after by the worker's own code. */
export class SimulatedRuns {
  readonly report = { deadRuns: 0, putOff: 0, mostAtATime: 0 };
  readonly #random: Random;
  readonly #ledger: Ledger;
  /** Dumps of the worker at a time. */
  readonly #limit: number;
  /** By job. */
  readonly #running = new Map<number, Running>();

  constructor(random: Random, ledger: Ledger, limit: number) {
    this.#random = random;
    this.#ledger = ledger;
    this.#limit = limit;
  }

  /** When the runs of now end. */
  get ends(): number[] {
    return [...this.#running.values()].map(({ endsAt }) => endsAt);
  }

  /** The kernel drops the locks of processes that died; nothing else happens. Others go on, unless it takes `all`. */
  die(all: boolean): void {
    for (const run of [...this.#running.values()]) {
      if (all || this.#random.chance(0.3)) this.#dieOver(run);
    }
  }

  /** Starts what may start. */
  async start(session: WorkSession, now: number): Promise<void> {
    for (;;) {
      const picked = await pickEntry(session, () => true);
      if (picked === null) return;
      const run = await this.#begin(session, picked, now);
      if (run === null) continue;
      this.#running.set(run.entry.job.id, run);
      this.#checkLimits();
    }
  }

  /** Ends what has taken its time. */
  async end(session: WorkSession, now: number): Promise<void> {
    for (const run of [...this.#running.values()].sort((a, b) => a.endsAt - b.endsAt)) {
      if (run.endsAt > now) return;
      try {
        await this.#end(session, run);
      } catch (error) {
        this.#dieOver(run);
        throw error;
      }
      this.#running.delete(run.entry.job.id);
      run.release();
    }
  }

  /** Null: it had ended before, or is given up. */
  async #begin(session: WorkSession, { entry, died, release }: Picked, now: number): Promise<Running | null> {
    try {
      if (entry.kind !== 'dump') throw new Error('only dumps are simulated');
      if (this.#running.has(entry.job.id)) throw new Error(`dump job ${entry.job.id} overlaps itself`);
      const conclusion = died ? await concludeDump(session, entry) : 'again';
      if (conclusion === 'later') throw new Error('a dump never has to wait');
      if (conclusion === 'again') {
        this.#ledger.begun(entry.uuid, now);
        return { entry, release, startedAt: now, endsAt: now + runMinutes(this.#random) * MINUTE };
      }
      await finishDump(session, entry, conclusion.result);
      release();
      return null;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #end(session: WorkSession, { entry, startedAt }: Running): Promise<void> {
    const luck = this.#random.next();
    const [outcome, message] =
      luck < 0.05 ? (['failed', 'the server was not there'] as const) : (['ok', null] as const);
    const result = dumpResultOf(entry, ending(session, new Date(startedAt), outcome, message));
    if (luck < 0.03 && (await putOff(session, entry, result))) this.report.putOff++;
    else await finishDump(session, entry, result);
  }

  #dieOver({ entry, release }: Running): void {
    release();
    this.#running.delete(entry.job.id);
    this.#ledger.died(entry.uuid);
    this.report.deadRuns++;
  }

  #checkLimits(): void {
    const perInstance = new Map<number, number>();
    for (const { entry } of this.#running.values()) {
      const { id, max_parallel } = entry.instance;
      const count = (perInstance.get(id) ?? 0) + 1;
      perInstance.set(id, count);
      if (count > (max_parallel ?? 0)) throw new Error(`${count} dumps at a time on instance ${id}`);
    }
    if (this.#running.size > this.#limit) throw new Error(`${this.#running.size} dumps at a time`);
    this.report.mostAtATime = Math.max(this.report.mostAtATime, this.#running.size);
  }
}
