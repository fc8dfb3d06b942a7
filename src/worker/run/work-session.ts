import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import { type Limits, limitsOf } from '../../core/queue/limits.ts';
import { cacheMark, loadConfiguration } from '../config-cache/config-cache.ts';
import { createReporter, type Reporter } from '../log/reporter.ts';
import type { WorkerSetup } from '../worker-setup.ts';

/** What one process knows and shares while it works: a tick, or a run by hand. */
export interface WorkSession {
  readonly worker: WorkerSetup;
  readonly reporter: Reporter;
  /** Differs from tick to tick. */
  readonly id: string;
  readonly startedAt: Date;
  /** From the catalog or the cache; null: there never was one. */
  configuration: WorkerConfiguration | null;
  /** Of the cache that was read last. */
  cacheMark: string | null;
  /** Queue entries whose due time this process has seen in the schedule state. */
  readonly settled: Set<string>;
  readonly limits: Limits;
  /** Runs of other workers by instance, as the catalog had them when the tick began; without it: none are known. */
  runsOfOthers: ReadonlyMap<number, number>;
}

/** Begins to work from what the cache says. */
export async function beginSession(worker: WorkerSetup): Promise<WorkSession> {
  const mark = cacheMark(worker.root.cache);
  const { configuration: cached, broken } = await loadConfiguration(worker.root.cache);
  const reporter = createReporter({
    spool: worker.spool,
    logFolder: worker.root.log,
    workerName: worker.name,
    workerId: null,
    now: worker.now,
  });
  const session: WorkSession = {
    worker,
    reporter,
    id: randomUUID(),
    startedAt: worker.now(),
    configuration: null,
    cacheMark: mark,
    runsOfOthers: new Map(),
    settled: new Set(),
    get limits() {
      return limitsOf(session.configuration, worker.configuration.limits);
    },
  };
  // A cache that another worker left behind says nothing about this one.
  if (cached !== null && cached.worker.name === worker.name) adoptConfiguration(session, cached);
  if (broken !== null && (await worker.notices.begin('cache-broken'))) {
    await reporter.report('error', `the cached configuration was passed over: ${broken}`, { job_class: 'config' });
  } else if (broken === null) {
    await worker.notices.end('cache-broken');
  }
  return session;
}

export function adoptConfiguration(session: WorkSession, configuration: WorkerConfiguration): void {
  session.configuration = configuration;
  session.reporter.workerId = configuration.worker.id;
}

/** Takes over what another process has put into the cache since: a halt must reach a tick that works for hours. */
export async function followCache(session: WorkSession): Promise<void> {
  const { worker } = session;
  const mark = cacheMark(worker.root.cache);
  if (mark === session.cacheMark) return;
  const { configuration } = await loadConfiguration(worker.root.cache);
  if (configuration !== null && configuration.worker.name === worker.name) adoptConfiguration(session, configuration);
  session.cacheMark = mark;
}

/** The lock under which the queue and the schedule state are read and changed; it is never held for long. */
export function queueLock(worker: WorkerSetup): string {
  return join(worker.root.run, 'queue.lock');
}

/** How long somebody waits for it; only a process that hangs keeps it longer. */
export const QUEUE_LOCK_TIMEOUT_MS = 30_000;
