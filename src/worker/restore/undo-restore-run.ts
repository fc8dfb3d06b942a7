import { randomUUID } from 'node:crypto';
import { PgSnapManError } from '../../core/errors.ts';
import { instanceSchema } from '../../core/model/configuration.ts';
import type { UndoAnswer } from '../../core/model/request.ts';
import type { Connection } from '../../sql/connection.ts';
import { OthersJob } from '../run/find-job.ts';
import { withOwnCatalog } from '../run/with-own-catalog.ts';
import { beginSession, type WorkSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { type UndoTask, undoRestore } from './undo-restore.ts';

/**
 * Undoes a restore run of this worker, and notes in the catalog what is kept now.
 * @param reference id of the run, or the beginning of its uuid
 * @param uuid identity of the undo, which is done once
 * @throws PgSnapManError not_found, usage when it has kept nothing, configuration (OthersJob) for another worker's run
 */
export async function undoRestoreRun(
  worker: WorkerSetup,
  reference: string,
  uuid: string = randomUUID(),
): Promise<UndoAnswer> {
  const session = await beginSession(worker);
  return withOwnCatalog(session, async (catalog) => {
    if (catalog === null) {
      throw new PgSnapManError('catalog_unreachable', 'the catalog, which has the restore log, cannot be reached');
    }
    const { id, task } = await findUndo(session, catalog, reference, uuid);
    const undone = await undoRestore(session, task);
    const { setUndoDatabase } = await import('../../sql/catalog/restore-runs.ts');
    await setUndoDatabase(catalog, id, undone);
    const text = `the restore of "${task.dest_dbname}" on ${task.destination.name} was undone`;
    await session.reporter.report('info', text, { job_class: 'restore' });
    return { id, ...undone };
  });
}

async function findUndo(
  session: WorkSession,
  catalog: Connection,
  reference: string,
  uuid: string,
): Promise<{ id: number; task: UndoTask }> {
  const { findRestoreRun } = await import('../../sql/catalog/restore-runs.ts');
  const { findInstance } = await import('../../sql/catalog/instances.ts');
  const run = await findRestoreRun(catalog, reference);
  if (run.undo_dbname === null || run.undo_oid === null) {
    throw new PgSnapManError('usage', `restore run ${run.id} has kept no database`, 'see: pgsnapman restorelog show');
  }
  if (run.worker_id !== session.reporter.workerId) {
    const name = run.worker_name ?? 'that is gone';
    throw new OthersJob('configuration', `restore run ${run.id} was made by worker ${name}`, `undo it on ${name}`);
  }
  if (run.dest_instance_id === null) {
    throw new PgSnapManError('not_found', `the instance of restore run ${run.id} is gone`, 'rename databases by hand');
  }
  const destination = instanceSchema.parse(await findInstance(catalog, run.dest_instance_id));
  const { uuid: run_uuid, dest_dbname, undo_dbname, undo_oid } = run;
  return { id: run.id, task: { uuid, run_uuid, destination, dest_dbname, undo_dbname, undo_oid } };
}
