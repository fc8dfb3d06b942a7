import type { WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import type { DumpResult } from '../../../src/core/model/results.ts';
import type { QueueEntry } from '../../../src/core/queue/queue-entry.ts';
import { dumpResultOf } from '../../../src/core/queue/unfinished-results.ts';
import { storeConfiguration } from '../../../src/worker/config-cache/config-cache.ts';
import { concludeDump } from '../../../src/worker/run/conclude-died.ts';
import { ending } from '../../../src/worker/run/ending.ts';
import { finishDump } from '../../../src/worker/run/finish-run.ts';
import { type Picked, pickEntry } from '../../../src/worker/run/pick-entry.ts';
import { putOff } from '../../../src/worker/run/put-off.ts';
import { queueDueJobs } from '../../../src/worker/run/queue-due-jobs.ts';
import { adoptConfiguration, beginSession, type WorkSession } from '../../../src/worker/run/work-session.ts';
import type { Spooled } from '../../../src/worker/spool/spool.ts';
import type { WorkerSetup } from '../../../src/worker/worker-setup.ts';
import { Ledger, type Look } from './ledger.ts';
import type { Random } from './random.ts';
import { runMinutes, type Scenario } from './scenario.ts';
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

export type SimulationReport = Ledger['report'] &
  Record<'events' | 'looks' | 'crashes' | 'downtimes', number> &
  Record<'outages' | 'deadRuns' | 'putOff' | 'mostAtATime' | 'longestQueue' | 'unfinished', number>;

interface Running {
  picked: Picked & { entry: Extract<QueueEntry, { kind: 'dump' }> };
  startedAt: Date;
  endsAt: number;
}

/**
 * The worker's own schedules, queue, locks, spool and recovery on a real root directory, with a clock that jumps from one
 * event to the next, and dumps that only take time. Everything is checked against a ledger that is kept apart.
 */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #ledger: Ledger;
  readonly #fuse = new Fuse();
  readonly #closely: readonly number[];
  /** By job: what is on disk in the queue, and what a process is at. */
  readonly #queued = new Map<number, QueueEntry>();
  readonly #running = new Map<number, Running>();
  /** What the catalog has. */
  readonly #uploaded = new Set<string>();
  #configuration: WorkerConfiguration;
  #now: number;
  #worker: WorkerSetup | null = null;
  #session: WorkSession | null = null;
  #catalogBackAt = 0;
  #mustLook = true;
  /** Of the look at the schedules that goes on. */
  #looks = new Map<number, Look>();
  readonly #report = {
    events: 0,
    looks: 0,
    crashes: 0,
    downtimes: 0,
    outages: 0,
    deadRuns: 0,
    putOff: 0,
    mostAtATime: 0,
    longestQueue: 0,
  };

  constructor(options: SimulationOptions) {
    const { start, end, scenario } = options;
    this.#options = options;
    this.#now = start.getTime();
    this.#configuration = scenario.configuration;
    const catchUpMs = scenario.configuration.setting_durations_ms.catch_up ?? DAY;
    this.#ledger = new Ledger(scenario.plans, scenario.configuration, start, catchUpMs);
    this.#closely = clockChanges(start, end).map((at) => at.getTime());
  }

  async run(): Promise<SimulationReport> {
    const { folder, start, end, random, chances, onDay } = this.#options;
    const now = (): Date => new Date(this.#now);
    this.#worker = await createSimulatedWorker(folder, this.#configuration, now, this.#fuse, this.#watcher());
    let today = start.getTime();
    while (this.#now < end.getTime()) {
      if (random.chance(chances.crash)) this.#fuse.light(random.below(16));
      if (random.chance(chances.outage)) this.#takeCatalogAway();
      await this.#untilItDies(() => this.#event());
      this.#fuse.putOut();
      if (random.chance(chances.downtime)) this.#goDown();
      else this.#now = this.#nextEvent();
      for (; today <= this.#now; today += DAY) onDay?.(new Date(today));
    }
    this.#catalogBackAt = 0;
    await this.#upload();
    await this.#compareQueue();
    this.#ledger.close(this.#now, this.#unfinished(), this.#uploaded);
    return { ...this.#report, ...this.#ledger.report, unfinished: this.#queued.size };
  }

  #watcher() {
    return {
      added: (entry: QueueEntry) => {
        const look = this.#lookAt(entry.job.id);
        this.#queued.set(entry.job.id, entry);
        look.queued = { uuid: entry.uuid, dueAt: entry.due_at?.getTime() ?? 0 };
      },
      updated: (entry: QueueEntry) => this.#queued.set(entry.job.id, entry),
      removed: (entry: QueueEntry) => this.#queued.delete(entry.job.id),
      spooled: (item: Spooled) => {
        if (item.kind === 'dump') this.#ledger.ended(item.value.uuid, contentOf(item.value), item.value.due_at);
        if (item.kind !== 'message' || item.value.job_id === null) return;
        const missed = /missed its run at (\S+Z)/.exec(item.value.text)?.[1];
        if (missed !== undefined) this.#lookAt(item.value.job_id).missed = Date.parse(missed);
      },
    };
  }

  /** What the look that goes on has made of a job so far. */
  #lookAt(job: number): Look {
    const there = this.#looks.get(job) ?? { waiting: this.#queued.has(job), queued: null, missed: null };
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

  /** The kernel drops the locks of processes that died; nothing else happens. Others go on, unless it takes `all`. */
  #die(all: boolean): void {
    for (const run of [...this.#running.values()]) {
      if (all || this.#options.random.chance(0.3)) this.#dieOver(run);
    }
    this.#session = null;
    this.#mustLook = true;
  }

  #dieOver({ picked }: Running): void {
    picked.release();
    this.#running.delete(picked.entry.job.id);
    this.#ledger.died(picked.entry.uuid);
    this.#report.deadRuns++;
  }

  #goDown(): void {
    this.#report.downtimes++;
    this.#die(true);
    this.#now += (1 + this.#options.random.below(3 * 24 * 60)) * MINUTE;
  }

  #takeCatalogAway(): void {
    this.#report.outages++;
    this.#catalogBackAt = this.#now + this.#options.random.below(48 * 60) * MINUTE;
  }

  async #event(): Promise<void> {
    const { random } = this.#options;
    this.#report.events++;
    this.#ledger.advance(this.#now);
    // Cron starts a process a minute; here one goes on for some time.
    if (random.chance(0.02)) this.#session = null;
    this.#session ??= await beginSession(this.#setup());
    const session = this.#session;
    await this.#readConfiguration(session);
    await this.#endRuns(session);
    if (this.#mustLook || this.#isClose() || random.chance(0.05) || this.#wantsLook()) await this.#look(session);
    await this.#startRuns(session);
    await this.#upload();
    if (random.chance(0.01)) await this.#compareQueue();
  }

  #setup(): WorkerSetup {
    if (this.#worker === null) throw new Error('not set up');
    return this.#worker;
  }

  /** Once a day, as if it had changed. */
  async #readConfiguration(session: WorkSession): Promise<void> {
    if (!this.#catalogIsThere() || this.#now - this.#configuration.fetched_at.getTime() < DAY) return;
    const answer = { ...this.#configuration, fetched_at: new Date(this.#now) };
    await storeConfiguration(session.worker.root.cache, answer, session.configuration, session.id);
    adoptConfiguration(session, answer);
    this.#configuration = answer;
  }

  async #look(session: WorkSession): Promise<void> {
    this.#report.looks++;
    this.#mustLook = false;
    this.#looks = new Map([...this.#queued.keys()].map((id) => [id, { waiting: true, queued: null, missed: null }]));
    let died = true;
    try {
      await queueDueJobs(session);
      died = false;
    } catch (error) {
      if (!(error instanceof Crash)) died = false;
      throw error;
    } finally {
      // What a process that dies here has written counts: the next one must go on from it.
      this.#ledger.checkLook(this.#now, this.#looks, died);
    }
    this.#report.longestQueue = Math.max(this.#report.longestQueue, this.#queued.size);
  }

  async #startRuns(session: WorkSession): Promise<void> {
    for (;;) {
      const picked = await pickEntry(session, () => true);
      if (picked === null) return;
      const run = await this.#begin(session, picked);
      if (run === null) continue;
      this.#running.set(run.picked.entry.job.id, run);
      this.#checkLimits();
    }
  }

  /** Null: it had ended before, or is given up. */
  async #begin(session: WorkSession, picked: Picked): Promise<Running | null> {
    const { entry, died, release } = picked;
    try {
      if (entry.kind !== 'dump') throw new Error('only dumps are simulated');
      if (this.#running.has(entry.job.id)) throw new Error(`dump job ${entry.job.id} overlaps itself`);
      const conclusion = died ? await concludeDump(session, entry) : 'again';
      if (conclusion === 'later') throw new Error('a dump never has to wait');
      if (conclusion === 'again') {
        this.#ledger.begun(entry.uuid, this.#now);
        const endsAt = this.#now + runMinutes(this.#options.random) * MINUTE;
        return { picked: { ...picked, entry }, startedAt: new Date(this.#now), endsAt };
      }
      await finishDump(session, entry, conclusion.result);
      release();
      return null;
    } catch (error) {
      release();
      throw error;
    }
  }

  #checkLimits(): void {
    const { worker } = this.#configuration;
    const perInstance = new Map<number, number>();
    for (const { picked } of this.#running.values()) {
      const { id, max_parallel } = picked.entry.instance;
      const count = (perInstance.get(id) ?? 0) + 1;
      perInstance.set(id, count);
      if (count > (max_parallel ?? 0)) throw new Error(`${count} dumps at a time on instance ${id}`);
    }
    if (this.#running.size > (worker.max_parallel_dumps ?? 0)) throw new Error('too many dumps at a time');
    this.#report.mostAtATime = Math.max(this.#report.mostAtATime, this.#running.size);
  }

  async #endRuns(session: WorkSession): Promise<void> {
    for (const run of [...this.#running.values()].sort((a, b) => a.endsAt - b.endsAt)) {
      if (run.endsAt > this.#now) return;
      try {
        await this.#end(session, run);
      } catch (error) {
        this.#dieOver(run);
        throw error;
      }
      this.#running.delete(run.picked.entry.job.id);
      run.picked.release();
    }
  }

  async #end(session: WorkSession, { picked, startedAt }: Running): Promise<void> {
    const { entry } = picked;
    const luck = this.#options.random.next();
    const failed = luck < 0.05;
    const end = ending(session, startedAt, failed ? 'failed' : 'ok', failed ? 'the server was not there' : null);
    const result = dumpResultOf(entry, end);
    if (luck < 0.03 && (await putOff(session, entry, result))) {
      this.#ledger.putOff(entry.uuid);
      this.#report.putOff++;
    } else await finishDump(session, entry, result);
  }

  /** What the catalog has afterwards; an upload that is cut before the removal comes again. */
  async #upload(): Promise<void> {
    if (!this.#catalogIsThere()) return;
    const { spool } = this.#setup();
    const unfinished = this.#unfinished();
    for (const name of await spool.names()) {
      const item = await spool.read(name);
      if (item === undefined || unfinished.has(item.value.uuid)) continue;
      if (item.kind === 'dump') this.#uploaded.add(item.value.uuid);
      if (this.#options.random.chance(0.02)) continue;
      await spool.remove(name);
    }
  }

  /** What is known of the queue must be what is there. */
  async #compareQueue(): Promise<void> {
    const { entries } = await this.#setup().queue.list();
    const there = entries.map(({ uuid }) => uuid).sort();
    const known = [...this.#unfinished()].sort();
    if (JSON.stringify(there) !== JSON.stringify(known)) throw new Error('the queue is not what was written to it');
  }

  #unfinished(): Set<string> {
    return new Set([...this.#queued.values()].map(({ uuid }) => uuid));
  }

  #catalogIsThere(): boolean {
    return this.#now >= this.#catalogBackAt;
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
      ...[...this.#running.values()].map(({ endsAt }) => endsAt),
      ...[...this.#queued.values()].flatMap(({ not_before }) => not_before?.getTime() ?? []),
    ];
    return Math.ceil(Math.min(...times.filter((at) => at > now)) / MINUTE) * MINUTE;
  }
}

const contentOf = ({ outcome, started_at, ended_at }: DumpResult): string =>
  `${outcome} ${started_at.toISOString()} ${ended_at.toISOString()}`;
