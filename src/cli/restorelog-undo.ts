import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PgSnapManError } from '../core/errors.ts';
import { type UndoAnswer, undoAnswerSchema } from '../core/model/request.ts';
import { findRestoreRun } from '../sql/catalog/restore-runs.ts';
import { findWorker } from '../sql/catalog/workers.ts';
import type { Connection } from '../sql/connection.ts';
import { askWorker } from './ask-worker.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';

/** `restorelog undo`: here or on the worker that restored; asks first, as sessions are ended. */
export async function undo(context: Context, reference: string): Promise<void> {
  requireConfirmation(context);
  const id = await context.withCatalog((catalog) => confirmUndo(context, catalog, reference));
  const undone = (await undoHere(context, id)) ?? (await context.withCatalog((catalog) => ask(context, catalog, id)));
  const kept = undone.undo_dbname === null ? '' : `; the one that was there is kept as "${undone.undo_dbname}"`;
  context.output.result(`database "${undone.dest_dbname}" is the one from before the restore again${kept}`, undone);
}

async function confirmUndo(context: Context, catalog: Connection, reference: string): Promise<number> {
  const run = await findRestoreRun(catalog, reference);
  if (run.undo_dbname === null) {
    throw new PgSnapManError('usage', `restore run ${run.id} has kept no database`, 'see: pgsnapman restorelog show');
  }
  const where = `"${run.dest_dbname}" on ${run.dest_instance_name ?? 'its instance'}`;
  await confirm(context, `end all sessions in ${where} and put "${run.undo_dbname}" in its place?`);
  return run.id;
}

/** Null: another worker has made the run, or there is none on this machine. */
async function undoHere(context: Context, id: number): Promise<UndoAnswer | null> {
  const { root } = (await context.configuration()).worker;
  if (!existsSync(join(root, 'worker.json'))) return null;
  const { OthersJob } = await import('../worker/run/find-job.ts');
  const { undoRestoreRun } = await import('../worker/restore/undo-restore-run.ts');
  try {
    return await context.withWorker((worker) => undoRestoreRun(worker, String(id)));
  } catch (error) {
    if (error instanceof OthersJob) return null;
    throw error;
  }
}

async function ask(context: Context, catalog: Connection, id: number): Promise<UndoAnswer> {
  const run = await findRestoreRun(catalog, id);
  if (run.worker_id === null) {
    throw new PgSnapManError('configuration', `the worker of restore run ${id} is gone`, 'rename databases by hand');
  }
  const worker = await findWorker(catalog, run.worker_id);
  const question = { worker, subject: `undo of restore run ${id}`, kind: 'undo' as const };
  return undoAnswerSchema.parse(await askWorker(context, catalog, { ...question, arguments: { restore_run_id: id } }));
}
