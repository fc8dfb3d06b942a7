import { join } from 'node:path';
import type { WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import type { DumpResult } from '../../../src/core/model/results.ts';
import type { DumpEntry } from '../../../src/core/queue/queue-entry.ts';
import { dumpResultOf } from '../../../src/core/queue/unfinished-results.ts';
import { storeConfiguration } from '../../../src/worker/config-cache/config-cache.ts';
import type { Repository } from '../../../src/worker/repository/repository.ts';
import { initRoot } from '../../../src/worker/root/root-directory.ts';
import { concludeDump } from '../../../src/worker/run/conclude-died.ts';
import { ending } from '../../../src/worker/run/ending.ts';
import { finishDump } from '../../../src/worker/run/finish-run.ts';
import { type Picked, pickEntry } from '../../../src/worker/run/pick-entry.ts';
import { queueDueJobs } from '../../../src/worker/run/queue-due-jobs.ts';
import { beginSession, type WorkSession } from '../../../src/worker/run/work-session.ts';
import { setupOf, type WorkerSetup } from '../../../src/worker/worker-setup.ts';
import { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

const MINUTE = 60_000;
const CATCH_UP_MS = 24 * 60 * MINUTE;

export interface SimulationOptions {
  folder: string;
  configuration: WorkerConfiguration;
  start: Date;
  end: Date;
  random: Random;
  /** Instants around which every minute is looked at. */
  closely: readonly Date[];
  /** How often, per tick: the process dies; the machine is down for up to three days; the catalog is away. */
  chances: { crash: number; downtime: number; outage: number };
}

export interface SimulationReport {
  ticks: number;
  crashes: number;
  downtimes: number;
  outages: number;
  runs: number;
  missed: number;
  passed: number;
  mostAtATime: number;
}

/** Dies in the middle of whatever the worker was about to write or had just written. */
class Crash extends Error {}

interface RunningDump {
  picked: Picked;
  endsAt: number;
}

/**
 * The worker's own schedules, queue, locks, spool and recovery on a real root directory, with a clock that jumps from one
 * event to the next, and dumps that only take time. Everything is checked against a ledger that is kept apart.
 */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #ledger: Ledger;
  readonly #running = new Map<string, RunningDump>();
  #now: Date;
  #worker: WorkerSetup | null = null;
  #session: WorkSession | null = null;
  /** Operations until the process dies; null: it does not. */
  #fuse: number | null = null;
  #catalogBackAt = 0;
  #missed = new Map<number, Date>();
  readonly #report = { ticks: 0, crashes: 0, downtimes: 0, outages: 0, mostAtATime: 0 };

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#now = options.start;
    const { dump_jobs, instances } = options.configuration;
    this.#ledger = new Ledger(dump_jobs, instances, CATCH_UP_MS);
  }

  async run(): Promise<SimulationReport> {
    const { end, random, chances } = this.#options;
    await this.#setUp();
    while (this.#now < end) {
      if (random.chance(chances.crash)) this.#fuse = random.below(12);
      if (random.chance(chances.outage)) this.#takeCatalogAway();
      await this.#untilItDies(() => this.#tick());
      this.#fuse = null;
      const down = random.chance(chances.downtime);
      if (down) await this.#goDown();
      this.#now = new Date(down ? this.#now.getTime() + random.below(3 * 24 * 60) * MINUTE : this.#nextEvent());
    }
    this.#catalogBackAt = 0;
    await this.#upload();
    const { entries } = await this.#setup().queue.list();
    return { ...this.#report, ...this.#ledger.close(new Set(entries.map(({ uuid }) => uuid))) };
  }

  async #setUp(): Promise<void> {
    const { folder, configuration } = this.#options;
    const path = join(folder, 'root');
    const root = await initRoot(path, 'w1');
    await storeConfiguration(root.cache, configuration, null, 'first');
    const file = {
      catalog: { url: 'postgresql://127.0.0.1:1/none' },
      worker: { name: 'w1', root: path },
      tools: { bin_directories: [] },
      limits: {},
      restores: { never: [] },
      scripts: { sha256: [], directory: null },
    };
    const worker = setupOf(file, 'w1', root, { now: () => this.#now });
    const { queue, spool } = worker;
    const dying = async <T>(work: () => Promise<T>): Promise<T> => {
      this.#burn();
      const done = await work();
      this.#burn();
      return done;
    };
    this.#worker = {
      ...worker,
      repository: async () => ({ manifest: async () => null }) as unknown as Repository,
      queue: {
        ...queue,
        add: (entry) => dying(() => queue.add(entry)),
        update: (entry) => dying(() => queue.update(entry)),
        remove: (entry) => dying(() => queue.remove(entry)),
      },
      spool: { ...spool, put: (item) => dying(() => spool.put(item)) },
    };
  }

  #setup(): WorkerSetup {
    if (this.#worker === null) throw new Error('not set up');
    return this.#worker;
  }

  #burn(): void {
    if (this.#fuse === null) return;
    if (this.#fuse-- <= 0) throw new Crash('the process dies here');
  }

  async #untilItDies(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#report.crashes++;
      await this.#goDown();
      this.#report.downtimes--;
    }
  }

  /** The kernel drops the locks of whatever ran; nothing else happens. */
  async #goDown(): Promise<void> {
    this.#report.downtimes++;
    for (const { picked } of this.#running.values()) picked.release();
    this.#running.clear();
    this.#session = null;
    this.#fuse = null;
  }

  #takeCatalogAway(): void {
    this.#report.outages++;
    this.#catalogBackAt = this.#now.getTime() + this.#options.random.below(48 * 60) * MINUTE;
  }

  async #tick(): Promise<void> {
    this.#report.ticks++;
    this.#session ??= await beginSession(this.#setup());
    const session = this.#session;
    await this.#endRuns(session);
    this.#ledger.advance(this.#now);
    await this.#lookAtSchedules(session);
    await this.#startRuns(session);
    await this.#upload();
  }

  async #lookAtSchedules(session: WorkSession): Promise<void> {
    const before = await this.#entries();
    this.#missed = new Map();
    const silent = session.reporter.messages.length;
    try {
      await queueDueJobs(session);
    } finally {
      for (const { text, job_id } of session.reporter.messages.slice(silent)) {
        const at = /missed its run at (\S+Z)/.exec(text)?.[1];
        if (at !== undefined && job_id !== null) this.#missed.set(job_id, new Date(at));
      }
      // What a process that dies here has written counts: the next one must go on from it.
      await this.#compare(before);
    }
  }

  /** After a crash only what is there is compared: the next look does the rest. */
  async #compare(before: ReadonlyMap<number, DumpEntry>): Promise<void> {
    const died = this.#fuse !== null && this.#fuse < 0;
    const after = await this.#entries();
    for (const [id, account] of this.#ledger.accounts) {
      const [old, entry] = [before.get(id), after.get(id)];
      const fresh = entry !== undefined && entry.uuid !== old?.uuid && entry.due_at !== null ? entry : null;
      const queued = fresh?.due_at ? { uuid: fresh.uuid, dueAt: fresh.due_at } : null;
      const missed = this.#missed.get(id) ?? null;
      if (died && queued === null && missed === null) continue;
      if (account.open.length === 0 && queued === null && missed === null) continue;
      this.#ledger.check(id, this.#now, {
        waiting: old !== undefined,
        queued,
        missed: queued === null ? missed : null,
      });
    }
  }

  async #entries(): Promise<Map<number, DumpEntry>> {
    const { entries } = await this.#setup().queue.list();
    return new Map(entries.flatMap((entry) => (entry.kind === 'dump' ? [[entry.job.id, entry] as const] : [])));
  }

  async #startRuns(session: WorkSession): Promise<void> {
    for (;;) {
      const picked = await pickEntry(session, () => true);
      if (picked === null) return;
      const { entry } = picked;
      try {
        if (entry.kind !== 'dump') throw new Error('only dumps are simulated');
        if (this.#running.has(String(entry.job.id))) throw new Error(`dump job ${entry.job.id} overlaps itself`);
        const conclusion = picked.died ? await concludeDump(session, entry) : 'again';
        if (conclusion === 'later') throw new Error('a dump never has to wait');
        if (conclusion !== 'again') {
          await finishDump(session, entry, conclusion.result);
          picked.release();
          continue;
        }
      } catch (error) {
        picked.release();
        throw error;
      }
      const endsAt = this.#now.getTime() + (1 + this.#options.random.below(90)) * MINUTE;
      this.#running.set(String(entry.job.id), { picked, endsAt });
      this.#checkLimits(session);
    }
  }

  #checkLimits({ limits }: WorkSession): void {
    const perInstance = new Map<number, number>();
    for (const { picked } of this.#running.values()) {
      if (picked.entry.kind !== 'dump') continue;
      const { instance } = picked.entry;
      perInstance.set(instance.id, (perInstance.get(instance.id) ?? 0) + 1);
      if ((perInstance.get(instance.id) ?? 0) > limits.parallelOnInstance(instance))
        throw new Error('too many on an instance');
    }
    if (this.#running.size > limits.parallel('dump')) throw new Error('too many dumps at a time');
    this.#report.mostAtATime = Math.max(this.#report.mostAtATime, this.#running.size);
  }

  async #endRuns(session: WorkSession): Promise<void> {
    for (const [id, { picked, endsAt }] of [...this.#running]) {
      if (endsAt > this.#now.getTime() || picked.entry.kind !== 'dump') continue;
      const end = ending(session, new Date(endsAt), this.#options.random.chance(0.05) ? 'failed' : 'ok', null);
      await finishDump(session, picked.entry, dumpResultOf(picked.entry, end));
      this.#running.delete(id);
      picked.release();
    }
  }

  /** What the catalog would have afterwards; an upload that is cut before the removal comes again. */
  async #upload(): Promise<void> {
    if (this.#now.getTime() < this.#catalogBackAt) return;
    const { spool, queue } = this.#setup();
    const unfinished = new Set((await queue.list()).entries.map(({ uuid }) => uuid));
    for (const name of await spool.names()) {
      const item = await spool.read(name);
      if (item === undefined || unfinished.has(item.value.uuid)) continue;
      if (item.kind === 'dump') this.#ledger.result(item.value.uuid, contentOf(item.value), item.value.due_at);
      if (this.#options.random.chance(0.02)) continue;
      await spool.remove(name);
    }
  }

  /** The next due time, end of a run, or minute around a change of the clocks; never more than six hours on. */
  #nextEvent(): number {
    const now = this.#now.getTime();
    if (this.#options.closely.some((at) => Math.abs(at.getTime() - now) < 3 * 60 * MINUTE)) return now + MINUTE;
    const soon = [...this.#options.closely.map((at) => at.getTime() - 3 * 60 * MINUTE)].filter((at) => at > now);
    const ends = [...this.#running.values()].map(({ endsAt }) => endsAt);
    const next = Math.min(this.#ledger.nextDue(), ...ends, ...soon, now + 6 * 60 * MINUTE);
    return Math.max(Math.ceil(next / MINUTE) * MINUTE, now + MINUTE);
  }
}

const contentOf = ({ outcome, started_at, ended_at }: DumpResult): string =>
  `${outcome} ${started_at.toISOString()} ${ended_at.toISOString()}`;
