import type { DrillResult } from '../../core/drill/drill-result.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import type { Connection } from '../connection.ts';
import { asId, theOnly, uuidRange } from './find-one.ts';
import { findInstance } from './instances.ts';
import { addName, Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { findWorker } from './workers.ts';

/** A row of pgsnapman.restore_run without its log, which may be long and is read with one run only. */
export interface RestoreRunRow extends Omit<RestoreResult, 'log_tail' | 'pgsnapman_version' | 'drill'> {
  id: number;
  dump_id: number | null;
  pgsnapman_version: string | null;
  undo_dbname: string | null;
  undo_oid: number | null;
  drill: DrillResult | null;
  created_at: Date;
}

const COLUMNS = [
  'id uuid restore_job_id dump_id dump_uuid worker_id dest_instance_id worker_name dest_instance_name dest_dbname',
  'trigger_kind due_at started_at ended_at outcome table_count row_count undo_dbname undo_oid drill tool_version',
  'pgsnapman_version warnings message error_code created_at',
]
  .flatMap((line) => line.split(' '))
  .map((column) => `x.${column}`)
  .join(', ');

/** Newest first unless sorted otherwise. Filters: since, outcome, db, instance (the targets), worker, job. */
export async function listRestoreRuns(c: Connection, filter: ListFilter = {}): Promise<RestoreRunRow[]> {
  const conditions = new Conditions();
  const order = sortOrder(filter.sort ?? '-started_at', { started_at: 'x.started_at' });
  if (filter.since !== undefined) conditions.add(`x.started_at >= ${conditions.value(filter.since)}`);
  conditions.equal('x.outcome', filter.outcome);
  conditions.equal('x.restore_job_id', filter.job);
  addName(conditions, 'x.dest_dbname', filter.db);
  if (filter.instance !== undefined)
    conditions.equal('x.dest_instance_id', (await findInstance(c, filter.instance)).id);
  if (filter.worker !== undefined) conditions.equal('x.worker_id', (await findWorker(c, filter.worker)).id);
  return await c.rows(
    `select ${COLUMNS} from pgsnapman.restore_run as x ${conditions.where}
    order by ${order.expression} ${order.direction}, x.id ${order.direction} ${conditions.limit(filter)}`,
    conditions.values,
  );
}

type RestoreRunWithLog = RestoreRunRow & { log_tail: string | null };

/** By id or by the beginning of the uuid. @throws PgSnapManError not_found, usage */
export async function findRestoreRun(c: Connection, reference: string | number): Promise<RestoreRunWithLog> {
  const text = String(reference);
  const find = (condition: string, values: unknown[]): Promise<RestoreRunWithLog[]> =>
    c.rows(`select ${COLUMNS}, x.log_tail from pgsnapman.restore_run as x where ${condition} limit 6`, values);
  const id = asId(text);
  const byId = id === null ? [] : await find('x.id = $1', [id]);
  const range = uuidRange(text);
  const rows = byId.length > 0 || range === null ? byId : await find('x.uuid between $1 and $2', range);
  return theOnly(rows, 'restore log', text, (row) => `${row.id} (${row.uuid})`);
}

/** What a run keeps for an undo, after an undo has exchanged the two. */
export async function setUndoDatabase(
  c: Connection,
  runId: number,
  { undo_dbname, undo_oid }: Pick<RestoreRunRow, 'undo_dbname' | 'undo_oid'>,
): Promise<void> {
  await c.execute('update pgsnapman.restore_run set undo_dbname = $2, undo_oid = $3 where id = $1', [
    runId,
    undo_dbname,
    undo_oid,
  ]);
}

/** A database that was kept is gone: nobody is offered to undo with it any more. */
export async function forgetUndoOf(c: Connection, instanceId: number, oid: number): Promise<void> {
  await c.execute(
    'update pgsnapman.restore_run set undo_dbname = null, undo_oid = null where dest_instance_id = $1 and undo_oid = $2',
    [instanceId, oid],
  );
}
