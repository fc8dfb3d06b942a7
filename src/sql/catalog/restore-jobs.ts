import { PgSnapManError } from '../../core/errors.ts';
import type { RestoreJob } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { RESTORE_JOB_COLUMNS } from './columns.ts';
import { insertRow } from './insert-row.ts';
import { findInstance } from './instances.ts';
import { addName, Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { updateRow } from './update-row.ts';

type Required = 'dest_instance_id' | 'dest_dbname';
export type NewRestoreJob = Pick<RestoreJob, Required> &
  Partial<
    Omit<RestoreJob, 'id' | 'dump_uuid' | 'before_script' | 'after_script' | 'after_hook' | 'created_at' | Required>
  >;
export type RestoreJobRow = RestoreJob & { dest_instance_name: string };

const FROM = `select ${RESTORE_JOB_COLUMNS}, i.name as dest_instance_name
  from pgsnapman.restore_job as r join pgsnapman.instance as i on i.id = r.dest_instance_id`;

/** @throws QueryError when a value does not fit, there is no source, or the instance takes no restores */
export function addRestoreJob(c: Connection, job: NewRestoreJob): Promise<RestoreJob> {
  return insertRow(c, 'restore_job as r', job, RESTORE_JOB_COLUMNS);
}

/** Filters: status, db (of the target), instance (the target). */
export async function listRestoreJobs(c: Connection, filter: ListFilter = {}): Promise<RestoreJobRow[]> {
  const conditions = new Conditions();
  conditions.equal('r.status', filter.status);
  addName(conditions, 'r.dest_dbname', filter.db);
  if (filter.instance !== undefined)
    conditions.equal('r.dest_instance_id', (await findInstance(c, filter.instance)).id);
  const order = sortOrder(filter.sort ?? 'id', { id: 'r.id', dest_dbname: 'r.dest_dbname' });
  return await c.rows(
    `${FROM} ${conditions.where} order by ${order.expression} ${order.direction}, r.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}

/** @throws PgSnapManError not_found */
export async function findRestoreJob(c: Connection, id: number): Promise<RestoreJobRow> {
  const job = await c.row<RestoreJobRow>(`${FROM} where r.id = $1::bigint`, [id]);
  if (job !== undefined) return job;
  throw new PgSnapManError('not_found', `there is no restore job ${id}`, 'see: pgsnapman restorejob list');
}

/** Gives the job as it is then. @throws QueryError when a value does not fit */
export async function updateRestoreJob(
  c: Connection,
  id: number,
  columns: Readonly<Record<string, unknown>>,
): Promise<RestoreJobRow> {
  await updateRow(c, 'restore_job', 'r', id, columns, 'r.id');
  return findRestoreJob(c, id);
}

/** Its runs stay in the restore log, and belong to no job any more. */
export async function deleteRestoreJob(c: Connection, id: number): Promise<void> {
  await c.execute('delete from pgsnapman.restore_job where id = $1', [id]);
}

/** Dump jobs that it is triggered by. */
export async function triggeringDumpJobs(c: Connection, id: number): Promise<number[]> {
  const sql = 'select dump_job_id from pgsnapman.dump_job_trigger where restore_job_id = $1 order by 1';
  return (await c.rows<{ dump_job_id: number }>(sql, [id])).map(({ dump_job_id }) => dump_job_id);
}
