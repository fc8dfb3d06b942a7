import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileConfiguration } from '../../src/core/config/file-configuration.ts';
import { initWorker } from '../../src/worker/init-worker.ts';
import type { FinishedRun } from '../../src/worker/run/running.ts';
import { runTick, type TickOptions, type TickResult } from '../../src/worker/run/tick.ts';
import { openWorker, type WorkerSetup } from '../../src/worker/worker-setup.ts';
import type { TestCluster } from './clusters.ts';

/** A worker of its own in a catalog, and ticks of it in this process. */
export interface TickWorker {
  worker: WorkerSetup;
  configuration: FileConfiguration;
  /** Sets the clock of the worker; null: the real one. */
  at(time: string | null): void;
  tick(options?: TickOptions): Promise<TickResult>;
  remove(): Promise<void>;
}

/** Registers (unless the name is there) and initializes a worker; `catalogUrl` leads to an installed catalog. */
export async function createTickWorker(catalogUrl: string, name = 'w1'): Promise<TickWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'pgsnapman-worker-'));
  const configuration: FileConfiguration = {
    catalog: { url: catalogUrl },
    worker: { name, root: join(folder, 'root') },
    tools: { bin_directories: [] },
    limits: {},
    repository: { mirrors: [] },
    restores: { never: [] },
    scripts: { sha256: [], directory: null },
  };
  let clock: Date | null = null;
  await initWorker(configuration);
  const worker = await openWorker(configuration, { now: () => clock ?? new Date() });
  return {
    worker,
    configuration,
    at(time) {
      clock = time === null ? null : new Date(time);
    },
    tick: (options) => runTick(worker, options),
    async remove() {
      await worker.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** SQL that adds a cluster as an instance, reached over its socket as its superuser. */
export function instanceSql(cluster: TestCluster, name: string, workerId: number | null): string {
  return `insert into pgsnapman.instance (host, port, username, name, default_worker_id)
    values ('${cluster.instance.host}', ${cluster.port}, '${cluster.superuser}', '${name}', ${workerId})`;
}

/** How runs ended, as `dump ok`. */
export const outcomesOf = (runs: readonly FinishedRun[]): string[] =>
  runs.map((run) => `${run.kind} ${run.result.outcome}`);
