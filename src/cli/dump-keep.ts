import { PgSnapManError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { workerHere } from './worker-here.ts';

const MEANINGS = {
  yes: 'is kept, whatever retention says',
  no: 'is removed by the next cleaning',
  auto: 'is kept as long as retention wants it',
} as const;
type Keep = keyof typeof MEANINGS;

/** `dump keep ID yes|no|auto` */
export async function keepDump(context: Context, [reference = '', word = '']: readonly string[]): Promise<void> {
  if (!(word in MEANINGS)) throw new PgSnapManError('usage', `"${word}" is not valid`, 'yes, no or auto');
  const keep = word as Keep;
  const { findDump } = await import('../sql/catalog/dumps.ts');
  const { setKeep } = await import('../sql/catalog/job-actions.ts');
  const dump = await context.withCatalog(async (catalog) => {
    const found = await findDump(catalog, reference);
    if (found.state === 'removing') {
      throw new PgSnapManError('usage', `dump ${found.id} is being removed already`, 'it cannot be kept any more');
    }
    await setKeep(catalog, [found.id], keep);
    // Beside the manifest at once if that is here; otherwise its worker does it with its next tick.
    const worker = await workerHere(context, found.worker_name);
    if (worker !== null && found.worker_id !== null) {
      const { noteKeepFlags } = await import('../worker/clean/state-files.ts');
      await noteKeepFlags(worker, catalog, found.worker_id);
      await worker.close();
    }
    return found;
  });
  context.output.result(`dump ${dump.id} ${MEANINGS[keep]}`, { ...dump, keep });
}
