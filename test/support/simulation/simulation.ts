import type { WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import type { DumpResult } from '../../../src/core/model/results.ts';
import type { QueueEntry } from '../../../src/core/queue/queue-entry.ts';
import { storeConfiguration } from '../../../src/worker/config-cache/config-cache.ts';
import { queueDueJobs } from '../../../src/worker/run/queue-due-jobs.ts';
import { adoptConfiguration, beginSession, type WorkSession } from '../../../src/worker/run/work-session.ts';
import type { Spooled } from '../../../src/worker/spool/spool.ts';
import type { WorkerSetup } from '../../../src/worker/worker-setup.ts';
import { Ledger, type Look, NOTHING } from './ledger.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedCatalog } from './simulated-catalog.ts';
import { SimulatedRuns } from './simulated-runs.ts';
import { Crash, createSimulatedWorker, Fuse } from './simulated-worker.ts';
import { clockChanges } from './zone-table.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Around a change of the clocks every minute is looked at for so long. */
const CLOSELY_MS = 3 * 60 * MINUTE;
/** Something happens at least as often. */
const LONGEST_PAUSE_MS = 6 * 60 * MINUTE;

export interface SimulationOptions {
  folder: string;
  scenario: Scenario;
  start: Date;
  end: Date;
  random: Random;
  /** How often, per event: a process dies; the machine is down for up to three days; the catalog is away for up to two. */
  chances: { crash: number; downtime: number; outage: number };
  /** Told of every simulated day. */
  onDay?: (day: Date) => void;
}

type Counts = Record<'events' | 'looks' | 'crashes' | 'downtimes' | 'outages' | 'longestQueue' | 'unfinished', number>;
export type SimulationReport = Counts & SimulatedRuns['report'] & Ledger['report'];

/**
 * The worker's own schedules, queue, locks, spool and recovery on a real root directory, with a clock that jumps from one
 * event to the next, and dumps that only take time. Everything is checked against a ledger that is kept apart.
 */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #ledger: Ledger;
  readonly #runs: SimulatedRuns;
  readonly #catalog: SimulatedCatalog;
  readonly #fuse = new Fuse();
  readonly #closely: readonly number[];
  /** By job: what is on disk in the queue. */
  readonly #queued = new Map<number, QueueEntry>();
  #configuration: WorkerConfiguration;
  #now: number;
  #session: WorkSession | null = null;
  #mustLook = true;
  /** Of the look at the schedules that goes on. */
  #looks = new Map<number, Look>();
  readonly #report: Counts = {
    events: 0,
    looks: 0,
    crashes: 0,
    downtimes: 0,
    outages: 0,
    longestQueue: 0,
    unfinished: 0,
  };

  constructor(options: SimulationOptions) {
    const { start, end, random, scenario } = options;
    const { configuration, plans } = scenario;
    this.#options = options;
    this.#now = start.getTime();
    this.#configuration = configuration;
    this.#ledger = new Ledger(plans, configuration, start, configuration.setting_durations_ms.catch_up ?? DAY);
    this.#runs = new SimulatedRuns(random, this.#ledger, configuration.worker.max_parallel_dumps ?? 0);
    this.#catalog = new SimulatedCatalog(random);
    this.#closely = clockChanges(start, end).map((at) => at.getTime());
  }

  async run(): Promise<SimulationReport> {
    const { folder, start, end, random, chances, onDay } = this.#options;
    const now = (): Date => new Date(this.#now);
    const worker = await createSimulatedWorker(folder, this.#configuration, now, this.#fuse, this.#watcher());
    let today = start.getTime();
    while (this.#now < end.getTime()) {
      if (random.chance(chances.crash)) this.#fuse.light(random.below(16));
      if (random.chance(chances.outage)) this.#takeCatalogAway();
      await this.#untilItDies(() => this.#event(worker));
      this.#fuse.putOut();
      if (random.chance(chances.downtime)) this.#goDown();
      else this.#now = this.#nextEvent();
      for (; today <= this.#now; today += DAY) onDay?.(new Date(today));
    }
    await this.#catalog.upload(worker.spool, this.#unfinished());
    await this.#compareQueue(worker);
    this.#ledger.close(this.#now, this.#unfinished(), this.#catalog.uploaded);
    return { ...this.#report, ...this.#runs.report, ...this.#ledger.report, unfinished: this.#queued.size };
  }

  /** What has reached the disk goes into the books at once, whoever dies then. */
  #watcher() {
    return {
      added: (entry: QueueEntry) => {
        const look = this.#lookAt(entry.job.id);
        this.#queued.set(entry.job.id, entry);
        look.queued = { uuid: entry.uuid, dueAt: entry.due_at?.getTime() ?? 0 };
      },
      updated: (entry: QueueEntry) => {
        this.#queued.set(entry.job.id, entry);
        if (entry.attempts === 0 && entry.not_before !== undefined) this.#ledger.putOff(entry.uuid);
      },
      removed: (entry: QueueEntry) => this.#queued.delete(entry.job.id),
      spooled: (item: Spooled) => {
        if (item.kind === 'dump') this.#ledger.ended(item.value.uuid, contentOf(item.value), item.value.due_at);
        if (item.kind !== 'message' || item.value.job_id === null) return;
        const { text, job_id } = item.value;
        const missed = /missed its run at (\S+Z)/.exec(text)?.[1];
        if (missed !== undefined) this.#lookAt(job_id).missed = Date.parse(missed);
        const passed = /its run at \S+Z(?:, which stands for| and) (\d+) before it|passed over (\d+)/.exec(text);
        if (passed !== null) this.#lookAt(job_id).passed = Number(passed[1] ?? passed[2]);
      },
    };
  }

  /** What the look that goes on has made of a job so far. */
  #lookAt(job: number): Look {
    const there = this.#looks.get(job) ?? { ...NOTHING, waiting: this.#queued.has(job) };
    this.#looks.set(job, there);
    return there;
  }

  async #untilItDies(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#report.crashes++;
      this.#die(this.#options.random.chance(0.5));
    }
  }

  #die(all: boolean): void {
    this.#runs.die(all);
    this.#session = null;
    this.#mustLook = true;
  }

  #goDown(): void {
    this.#report.downtimes++;
    this.#die(true);
    this.#now += (1 + this.#options.random.below(3 * 24 * 60)) * MINUTE;
  }

  #takeCatalogAway(): void {
    this.#report.outages++;
    this.#catalog.takeAway(this.#now);
  }

  async #event(worker: WorkerSetup): Promise<void> {
    const { random } = this.#options;
    this.#report.events++;
    this.#ledger.advance(this.#now);
    // Cron starts a process a minute; here one goes on for some time.
    if (random.chance(0.02)) this.#session = null;
    this.#session ??= await beginSession(worker);
    const session = this.#session;
    await this.#readConfiguration(session);
    await this.#runs.end(session, this.#now);
    if (this.#mustLook || this.#isClose() || random.chance(0.05) || this.#wantsLook()) await this.#look(session);
    await this.#runs.start(session, this.#now);
    if (this.#catalog.isThere(this.#now)) await this.#catalog.upload(worker.spool, this.#unfinished());
    if (random.chance(0.01)) await this.#compareQueue(worker);
  }

  /** Once a day, as if it had changed. */
  async #readConfiguration(session: WorkSession): Promise<void> {
    const age = this.#now - this.#configuration.fetched_at.getTime();
    if (age < DAY || !this.#catalog.isThere(this.#now)) return;
    const answer = { ...this.#configuration, fetched_at: new Date(this.#now) };
    await storeConfiguration(session.worker.root.cache, answer, session.configuration, session.id);
    adoptConfiguration(session, answer);
    this.#configuration = answer;
  }

  async #look(session: WorkSession): Promise<void> {
    this.#report.looks++;
    this.#mustLook = false;
    this.#looks = new Map([...this.#queued.keys()].map((id) => [id, { ...NOTHING, waiting: true }]));
    try {
      await queueDueJobs(session);
    } catch (error) {
      // What a process that dies here has written counts: the next one must go on from it.
      if (error instanceof Crash) this.#ledger.checkLook(this.#now, this.#looks, true);
      throw error;
    }
    this.#ledger.checkLook(this.#now, this.#looks, false);
    this.#report.longestQueue = Math.max(this.#report.longestQueue, this.#queued.size);
  }

  /** What is known of the queue must be what is there. */
  async #compareQueue({ queue }: WorkerSetup): Promise<void> {
    const there = (await queue.list()).entries.map(({ uuid }) => uuid).sort();
    const known = [...this.#unfinished()].sort();
    if (JSON.stringify(there) !== JSON.stringify(known)) throw new Error('the queue is not what was written to it');
  }

  #unfinished(): Set<string> {
    return new Set([...this.#queued.values()].map(({ uuid }) => uuid));
  }

  #wantsLook(): boolean {
    return this.#ledger.wantsLook(this.#now, (id) => this.#queued.has(id));
  }

  #isClose(): boolean {
    return this.#closely.some((at) => Math.abs(at - this.#now) < CLOSELY_MS);
  }

  /** The next due time, end of a run, opening of a window, next try, or minute around a change of the clocks. */
  #nextEvent(): number {
    const now = this.#now;
    // After a crash cron comes again in the next minute; a run that has ended may let its job run again at once.
    if (this.#mustLook || this.#isClose() || this.#wantsLook()) return now + MINUTE;
    const times = [
      this.#ledger.nextDue(now, now + LONGEST_PAUSE_MS, (id) => this.#queued.has(id)),
      ...this.#closely.map((at) => at - CLOSELY_MS + MINUTE),
      ...this.#runs.ends,
      ...[...this.#queued.values()].flatMap(({ not_before }) => not_before?.getTime() ?? []),
    ];
    return Math.ceil(Math.min(...times.filter((at) => at > now)) / MINUTE) * MINUTE;
  }
}

const contentOf = ({ outcome, started_at, ended_at }: DumpResult): string =>
  `${outcome} ${started_at.toISOString()} ${ended_at.toISOString()}`;
