import type { DumpContent } from '../../core/model/results.ts';
import type { Connection } from '../connection.ts';
import { DUMP_COLUMNS, type DumpRow } from './dump-row.ts';
import { asId, theOnly, uuidRange } from './find-one.ts';

export { listDumps } from './dump-list.ts';
export type { DumpRow } from './dump-row.ts';

/**
 * By id or by the beginning of the uuid.
 * @throws PgSnapManError not_found, or usage when several begin so
 */
export async function findDump(
  c: Connection,
  reference: string | number,
): Promise<DumpRow & { log_tail: string | null }> {
  const text = String(reference);
  const find = (condition: string, values: unknown[]): Promise<(DumpRow & { log_tail: string | null })[]> =>
    c.rows(`select ${DUMP_COLUMNS}, d.log_tail from pgsnapman.dump as d where ${condition} limit 6`, values);
  const id = asId(text);
  const byId = id === null ? [] : await find('d.id = $1', [id]);
  const range = uuidRange(text);
  const rows = byId.length > 0 || range === null ? byId : await find('d.uuid between $1 and $2', range);
  return theOnly(rows, 'dump', text, (row) => `${row.id} (${row.uuid})`);
}

/** What is in a dump; null if it is not known. */
export async function findDumpContent(c: Connection, dumpId: number): Promise<DumpContent | null> {
  const row = await c.row<{ content: DumpContent }>('select content from pgsnapman.dump_content where dump_id = $1', [
    dumpId,
  ]);
  return row?.content ?? null;
}

/** The dump that `latest_of_dump_job_id` means: the newest that ended well, is there, and was not found damaged. */
export async function latestGoodDump(c: Connection, dumpJobId: number): Promise<DumpRow | undefined> {
  return await c.row(
    `select ${DUMP_COLUMNS} from pgsnapman.dump as d
    where d.dump_job_id = $1 and d.state = 'available' and d.verification_failed is null
    order by d.started_at desc, d.id desc limit 1`,
    [dumpJobId],
  );
}
