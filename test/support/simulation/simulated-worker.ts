import { join } from 'node:path';
import type { WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import type { QueueEntry } from '../../../src/core/queue/queue-entry.ts';
import { storeConfiguration } from '../../../src/worker/config-cache/config-cache.ts';
import type { Repository } from '../../../src/worker/repository/repository.ts';
import { initRoot } from '../../../src/worker/root/root-directory.ts';
import type { Spooled } from '../../../src/worker/spool/spool.ts';
import { setupOf, type WorkerSetup } from '../../../src/worker/worker-setup.ts';

/** Dies in the middle of whatever the worker was about to write or had just written. */
export class Crash extends Error {}

/** Ends the process after so many operations. */
export class Fuse {
  #left: number | null = null;

  light(operations: number): void {
    this.#left = operations;
  }

  putOut(): void {
    this.#left = null;
  }

  burn(): void {
    if (this.#left !== null && this.#left-- <= 0) throw new Crash('the process dies here');
  }
}

/** Told of everything that has reached the disk, at once. */
export interface Watcher {
  added(entry: QueueEntry): void;
  updated(entry: QueueEntry): void;
  removed(entry: QueueEntry): void;
  spooled(item: Spooled): void;
}

/** A worker on a real root directory. Before and after each of its writes to queue and spool the process may die. */
export async function createSimulatedWorker(
  folder: string,
  configuration: WorkerConfiguration,
  now: () => Date,
  fuse: Fuse,
  watcher: Watcher,
): Promise<WorkerSetup> {
  const path = join(folder, 'root');
  const root = await initRoot(path, 'w1');
  await storeConfiguration(root.cache, configuration, null, 'first');
  const file = {
    catalog: { url: 'postgresql://127.0.0.1:1/none' },
    worker: { name: 'w1', root: path },
    tools: { bin_directories: [] },
    limits: {},
    repository: { mirrors: [] },
    restores: { never: [] },
    scripts: { sha256: [], directory: null },
  };
  const worker = setupOf(file, 'w1', root, { now });
  const { queue, spool } = worker;
  const deadly = async <T>(work: () => Promise<T>, tell: (done: T) => void): Promise<T> => {
    fuse.burn();
    const done = await work();
    tell(done);
    fuse.burn();
    return done;
  };
  return {
    ...worker,
    // Dumps are only time that goes by: none is ever found.
    repository: async () => ({ manifest: async () => null }) as unknown as Repository,
    queue: {
      ...queue,
      add: (entry) =>
        deadly(
          () => queue.add(entry),
          (isNew) => {
            if (isNew) watcher.added(entry);
          },
        ),
      update: (entry) =>
        deadly(
          () => queue.update(entry),
          () => watcher.updated(entry),
        ),
      remove: (entry) =>
        deadly(
          () => queue.remove(entry),
          () => watcher.removed(entry),
        ),
    },
    spool: {
      ...spool,
      put: (item) =>
        deadly(
          () => spool.put(item),
          () => watcher.spooled(item),
        ),
    },
  };
}
