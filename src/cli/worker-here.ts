import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerSetup } from '../worker/worker-setup.ts';
import type { Context } from './context.ts';

/** The worker of this machine if it has that name; the caller closes it. Null: it is another one, or there is none. */
export async function workerHere(context: Context, name: string | null): Promise<WorkerSetup | null> {
  const configuration = await context.configuration();
  if (name === null || !existsSync(join(configuration.worker.root, 'worker.json'))) return null;
  const { openWorker } = await import('../worker/worker-setup.ts');
  const worker = await openWorker(configuration);
  if (worker.name === name) return worker;
  await worker.close();
  return null;
}
