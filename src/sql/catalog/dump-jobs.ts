import { PgSnapManError } from '../../core/errors.ts';
import type { DumpJob } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { DUMP_JOB_COLUMNS } from './columns.ts';
import { insertRow } from './insert-row.ts';
import { findInstance } from './instances.ts';
import { addName, Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { updateRow } from './update-row.ts';
import { findWorker } from './workers.ts';

export type NewDumpJob = Pick<DumpJob, 'instance_id'> &
  Partial<Omit<DumpJob, 'id' | 'instance_id' | 'script' | 'before_hook' | 'after_hook' | 'created_at'>>;
/** `worker_name` is the worker that takes the dumps, the instance's default one included. */
export type DumpJobRow = DumpJob & { instance_name: string; worker_name: string | null };

const FROM = `select ${DUMP_JOB_COLUMNS}, i.name as instance_name, w.name as worker_name
  from pgsnapman.dump_job as j
    join pgsnapman.instance as i on i.id = j.instance_id
    left join pgsnapman.worker as w on w.id = coalesce(j.worker_id, i.default_worker_id)`;

/** A repeat job without a schedule gets a random minute of the window. @throws QueryError when a value does not fit */
export function addDumpJob(c: Connection, job: NewDumpJob): Promise<DumpJob> {
  return insertRow(c, 'dump_job as j', job, DUMP_JOB_COLUMNS);
}

/** @throws QueryError when a value does not fit, PgSnapManError not_found */
export async function updateDumpJob(
  c: Connection,
  id: number,
  columns: Readonly<Record<string, unknown>>,
): Promise<DumpJob> {
  return (await updateRow<DumpJob>(c, 'dump_job', 'j', id, columns, DUMP_JOB_COLUMNS)) ?? (await findDumpJob(c, id));
}

/** Its dumps stay, and belong to no job any more. */
export async function deleteDumpJob(c: Connection, id: number): Promise<void> {
  await c.execute('delete from pgsnapman.dump_job where id = $1', [id]);
}

/** Good dumps of a job that are there, those included that are to be kept. */
export async function countDumps(c: Connection, jobId: number): Promise<number> {
  const sql = `select count(*) as count from pgsnapman.dump where dump_job_id = $1 and state = 'available'`;
  return (await c.row<{ count: number }>(sql, [jobId]))?.count ?? 0;
}

/** Has the next cleaning remove all dumps of a job; gives their number. */
export function markDumpsForRemoval(c: Connection, jobId: number): Promise<number> {
  return c.execute(
    `update pgsnapman.dump set keep = 'no' where dump_job_id = $1 and state = 'available' and keep <> 'no'`,
    [jobId],
  );
}

/** Filters: status, db, instance, worker (the one that takes the dumps). */
export async function listDumpJobs(c: Connection, filter: ListFilter = {}): Promise<DumpJobRow[]> {
  const conditions = new Conditions();
  conditions.equal('j.status', filter.status);
  addName(conditions, 'j.dbname', filter.db);
  if (filter.instance !== undefined) conditions.equal('j.instance_id', (await findInstance(c, filter.instance)).id);
  if (filter.worker !== undefined) conditions.equal('w.id', (await findWorker(c, filter.worker)).id);
  const order = sortOrder(filter.sort ?? 'id', { id: 'j.id', dbname: 'j.dbname' });
  return await c.rows(
    `${FROM} ${conditions.where} order by ${order.expression} ${order.direction}, j.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}

/** @throws PgSnapManError not_found */
export async function findDumpJob(c: Connection, id: number): Promise<DumpJobRow> {
  const job = await c.row<DumpJobRow>(`${FROM} where j.id = $1::bigint`, [id]);
  if (job !== undefined) return job;
  throw new PgSnapManError('not_found', `there is no dump job ${id}`, 'see: pgsnapman dumpjob list');
}
