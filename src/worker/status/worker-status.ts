import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import { repeatJobs } from '../../core/queue/jobs-of-worker.ts';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { nextRun } from '../../core/schedule/next-run.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import { freeBytes } from '../repository/room.ts';
import { lastTick } from '../run/check-clock.ts';
import { entryText, jobText } from '../run/job-text.ts';
import { isAlive } from '../run/leftovers.ts';
import { zoneOf } from '../run/machine-zone.ts';
import { listStaging } from '../run/staging.ts';
import { beginSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';

interface WaitingRun {
  run: string;
  uuid: string;
  trigger_kind: QueueEntry['trigger_kind'];
  due_at: Date | null;
  queued_at: Date;
  /** It failed because something was not there; it is not tried again before this. */
  not_before: Date | null;
}

/** What a worker does and has to do, as its root directory says: no catalog is needed. */
export interface WorkerStatus {
  name: string;
  status: 'active' | 'halted' | null;
  root: string;
  last_tick_at: Date | null;
  /** When the configuration was read from the catalog last. */
  configuration_from: Date | null;
  /** Null: it could be reached the last time. */
  catalog_away_since: Date | null;
  next: { run: string; at: Date }[];
  running: { run: string; uuid: string; started_at: Date }[];
  waiting: WaitingRun[];
  /** Results that wait for the catalog. */
  spool_count: number;
  free_bytes: number;
}

/** @param nextLimit how many of the next scheduled runs */
export async function workerStatus(worker: WorkerSetup, nextLimit: number): Promise<WorkerStatus> {
  const session = await beginSession(worker);
  const { configuration } = session;
  const { runs } = await listStaging(worker.root.staging);
  const running: WorkerStatus['running'] = [];
  for (const { entry, started_at } of runs) {
    if (await isAlive(session, entry.uuid)) running.push({ run: entryText(entry), uuid: entry.uuid, started_at });
  }
  const { entries } = await worker.queue.list();
  return {
    name: worker.name,
    status: configuration?.worker.status ?? null,
    root: worker.root.path,
    last_tick_at: await lastTick(worker),
    configuration_from: configuration?.fetched_at ?? null,
    catalog_away_since: await since(join(worker.root.state, 'notices', 'catalog-away')),
    next: configuration === null ? [] : nextRuns(configuration, worker.now()).slice(0, nextLimit),
    running,
    waiting: entries.filter(({ uuid }) => !running.some((run) => run.uuid === uuid)).map(waitingRun),
    spool_count: (await worker.spool.names()).length,
    free_bytes: await freeBytes(worker.root.path),
  };
}

function waitingRun(entry: QueueEntry): WaitingRun {
  const { uuid, trigger_kind, due_at, queued_at, not_before } = entry;
  return { run: entryText(entry), uuid, trigger_kind, due_at, queued_at, not_before: not_before ?? null };
}

/** The next run of every active job, the soonest first. Jobs whose schedule cannot be used are left out. */
function nextRuns(configuration: WorkerConfiguration, now: Date): WorkerStatus['next'] {
  const found = repeatJobs(configuration).flatMap(({ kind, job, instance, schedule }) => {
    if (job.status === 'halted' || instance.status === 'halted') return [];
    try {
      const at = nextRun(parseSchedule(schedule), now, zoneOf(configuration, job));
      return [{ run: jobText(kind, job, instance.name), at }];
    } catch {
      return [];
    }
  });
  return found.sort((a, b) => a.at.getTime() - b.at.getTime());
}

async function since(path: string): Promise<Date | null> {
  return (await stat(path).catch(() => null))?.mtime ?? null;
}
