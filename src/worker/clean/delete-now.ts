import { PgSnapManError } from '../../core/errors.ts';
import type { DumpRow } from '../../sql/catalog/dumps.ts';
import { deleteRows, markRemoving } from '../../sql/catalog/removals.ts';
import type { Connection } from '../../sql/connection.ts';
import { beginSession } from '../run/work-session.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { removeMarkedNow } from './clean.ts';
import { neededHere } from './needed-here.ts';
import type { RemovalReport } from './remove-marked.ts';

/**
 * Removes one dump of this worker now, in the same steps as a cleaning.
 * @throws PgSnapManError usage if a restore job needs it, busy if a restore does just now or a cleaning is at work
 */
export async function deleteNow(worker: WorkerSetup, catalog: Connection, dump: DumpRow): Promise<RemovalReport> {
  if (dump.worker_id === null) throw new Error('a dump of this worker has a worker');
  const session = await beginSession(worker);
  if (dump.state === null || dump.state === 'lost') {
    const removed = await deleteRows(catalog, dump.worker_id, [dump.id]);
    return { removed, freedBytes: 0, waits: null };
  }
  const who = (await neededHere(session)).uuids.get(dump.uuid);
  if (who !== undefined) {
    throw new PgSnapManError('busy', `dump ${dump.id} is needed by ${who}`, '`pgsnapman activity list` shows it');
  }
  const marked = await markRemoving(catalog, dump.worker_id, [dump.id]);
  if (marked.length === 0 && dump.state === 'available') {
    throw new PgSnapManError(
      'usage',
      `dump ${dump.id} is needed by an active restore job`,
      '`pgsnapman restorejob list` shows it; halt or delete that first',
    );
  }
  return removeMarkedNow(session, catalog, dump.worker_id);
}
