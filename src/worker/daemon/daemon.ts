import { createTask } from 'node-cron';
import type { FileConfiguration } from '../../core/config/file-configuration.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import { runTick, type TickResult } from '../run/tick.ts';
import { openWorker } from '../worker-setup.ts';
import { CatalogListener } from './catalog-listener.ts';

export interface DaemonOptions {
  /** Aborted when the daemon is to end: what runs is cancelled in order. */
  signal: AbortSignal;
  /** Told how every tick ended that did or said something. */
  onTick?: (result: TickResult) => void;
  /** A tick could not do its work; the next one tries again. */
  onTrouble?: (error: PgSnapManError) => void;
}

/** Several changes of one moment make one tick. */
const TOGETHER_MS = 50;

/**
 * The worker as a service: a tick every minute, and one at once when the catalog tells of something that concerns
 * workers. Ticks overlap as cron's do. Each opens the worker anew, so that what other processes do to the root directory
 * is seen, and nothing that a tick holds outlives it. The catalog may come and go.
 * @throws PgSnapManError configuration, before anything starts
 */
export async function runDaemon(configuration: FileConfiguration, options: DaemonOptions): Promise<void> {
  const { signal } = options;
  await (await openWorker(configuration)).close();
  const ticks = new Set<Promise<void>>();
  const begin = (): void => {
    if (signal.aborted) return;
    const tick: Promise<void> = oneTick(configuration, options).finally(() => ticks.delete(tick));
    ticks.add(tick);
  };
  let soon: NodeJS.Timeout | null = null;
  const beginSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = null;
      begin();
    }, TOGETHER_MS);
  };
  const task = createTask('* * * * *', begin, { noOverlap: false, suppressMissedWarning: true });
  const listener = new CatalogListener(configuration, beginSoon);
  begin();
  await task.start();
  listener.start();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await task.destroy();
  if (soon !== null) clearTimeout(soon);
  await listener.stop();
  await Promise.all(ticks);
}

async function oneTick(configuration: FileConfiguration, { signal, onTick, onTrouble }: DaemonOptions): Promise<void> {
  try {
    const worker = await openWorker(configuration);
    try {
      const result = await runTick(worker, { signal });
      if (result.runs.length + result.messages.length > 0) onTick?.(result);
    } finally {
      await worker.close();
    }
  } catch (error) {
    // A bug in one tick must not end the service: the next one begins from what is on disk.
    onTrouble?.(error instanceof PgSnapManError ? error : new PgSnapManError('internal', errorText(error)));
  }
}
