import { PgSnapManError } from '../core/errors.ts';
import { formatBytes } from '../core/text/numbers.ts';
import type { DumpRow } from '../sql/catalog/dumps.ts';
import type { Connection } from '../sql/connection.ts';
import type { WorkerSetup } from '../worker/worker-setup.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';
import { workerHere } from './worker-here.ts';

/** `dump delete ID`: at once on the machine of its worker; elsewhere its next cleaning does it. */
export async function deleteDump(context: Context, [reference = '']: readonly string[]): Promise<void> {
  requireConfirmation(context);
  const { findDump } = await import('../sql/catalog/dumps.ts');
  await context.withCatalog(async (catalog) => {
    const dump = await findDump(catalog, reference);
    if (dump.keep === 'yes') {
      throw new PgSnapManError('usage', `dump ${dump.id} is marked to be kept`, `pgsnapman dump keep ${dump.id} auto`);
    }
    await confirm(context, `delete dump ${dump.id} of ${dump.dbname ?? 'all databases'} on ${dump.instance_name}?`);
    const worker = await workerHere(context, dump.worker_name);
    try {
      if (worker === null) await leaveToCleaning(context, catalog, dump);
      else await deleteHere(context, catalog, worker, dump);
    } finally {
      await worker?.close();
    }
  });
}

async function leaveToCleaning({ output }: Context, catalog: Connection, dump: DumpRow): Promise<void> {
  const { setKeep } = await import('../sql/catalog/job-actions.ts');
  await setKeep(catalog, [dump.id], 'no');
  output.result(`dump ${dump.id} goes with the next cleaning of worker ${dump.worker_name}`, { ...dump, keep: 'no' });
}

async function deleteHere(context: Context, catalog: Connection, worker: WorkerSetup, dump: DumpRow): Promise<void> {
  const { deleteNow } = await import('../worker/clean/delete-now.ts');
  const { freedBytes, waits } = await deleteNow(worker, catalog, dump);
  if (waits !== null) {
    throw new PgSnapManError('run_failed', `dump ${dump.id} is marked, but ${waits}`, 'the next cleaning goes on');
  }
  context.output.result(`dump ${dump.id} is deleted, ${formatBytes(freedBytes)} freed`, {
    id: dump.id,
    uuid: dump.uuid,
    freed_bytes: freedBytes,
  });
}
