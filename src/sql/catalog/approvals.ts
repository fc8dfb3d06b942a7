import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';

/** A cleaning that waits for an approval. */
export interface ApprovalRow {
  id: number;
  worker_id: number;
  worker_name: string;
  dump_job_id: number | null;
  subject: string;
  drop_count: number;
  good_count: number;
  requested_at: Date;
  approved_at: Date | null;
  approved_by: string | null;
}

const COLUMNS = `a.id, a.worker_id, w.name as worker_name, a.dump_job_id, a.subject, cardinality(a.dump_uuids) as drop_count,
  a.good_count, a.requested_at, a.approved_at, a.approved_by`;

const OF_SERIES = 'worker_id = $1 and coalesce(dump_job_id, 0) = coalesce($2::integer, 0) and subject = $3';

export interface SeriesKey {
  workerId: number;
  jobId: number | null;
  subject: string;
}

const keyValues = ({ workerId, jobId, subject }: SeriesKey): unknown[] => [workerId, jobId, subject];

/** Uuids of the dumps of a series whose removal was approved. */
export async function approvedRemovals(c: Connection, key: SeriesKey): Promise<Set<string>> {
  const row = await c.row<{ uuids: string[] }>(
    `select dump_uuids::text[] as uuids from pgsnapman.retention_approval where ${OF_SERIES} and approved_at is not null`,
    keyValues(key),
  );
  return new Set(row?.uuids);
}

/** Asks for an approval. True: nobody had been asked yet. One that was given for fewer dumps is asked for again. */
export async function requestApproval(
  c: Connection,
  key: SeriesKey,
  uuids: readonly string[],
  goodCount: number,
): Promise<boolean> {
  // A worker may not write into a row that was approved.
  await c.execute(
    `delete from pgsnapman.retention_approval where ${OF_SERIES} and approved_at is not null`,
    keyValues(key),
  );
  const changed = await c.execute(
    `update pgsnapman.retention_approval set dump_uuids = $4::uuid[], good_count = $5 where ${OF_SERIES}`,
    [...keyValues(key), uuids, goodCount],
  );
  if (changed > 0) return false;
  await c.execute(
    `insert into pgsnapman.retention_approval (worker_id, dump_job_id, subject, dump_uuids, good_count)
    values ($1, $2, $3, $4::uuid[], $5) on conflict do nothing`,
    [...keyValues(key), uuids, goodCount],
  );
  return true;
}

/** Nothing is waited for any more. */
export async function endApproval(c: Connection, key: SeriesKey): Promise<void> {
  await c.execute(`delete from pgsnapman.retention_approval where ${OF_SERIES}`, keyValues(key));
}

/** What waits, or was approved and not done yet. */
export function listApprovals(c: Connection): Promise<ApprovalRow[]> {
  return c.rows(
    `select ${COLUMNS} from pgsnapman.retention_approval as a join pgsnapman.worker as w on w.id = a.worker_id order by a.id`,
  );
}

/** Lets the next cleaning drop what the row names. @throws PgSnapManError not_found */
export async function approve(c: Connection, id: number): Promise<ApprovalRow> {
  const row = await c.row<ApprovalRow>(
    `update pgsnapman.retention_approval as a set approved_at = now(), approved_by = session_user
    from pgsnapman.worker as w where a.id = $1::bigint and w.id = a.worker_id returning ${COLUMNS}`,
    [id],
  );
  if (row !== undefined) return row;
  throw new PgSnapManError('not_found', `no cleaning waits under the number ${id}`, 'see: pgsnapman retention list');
}
