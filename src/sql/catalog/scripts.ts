import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';
import { insertRow } from './insert-row.ts';
import { Conditions, type ListFilter, sortOrder } from './list-filter.ts';

/** A row of pgsnapman.script. */
export interface ScriptRow {
  id: number;
  name: string;
  sha256: string;
  code: string;
  comment: string | null;
  created_at: Date;
}

const COLUMNS = 's.id, s.name, s.sha256, s.code, s.comment, s.created_at';

/** @throws QueryError when the name is taken or no plain word */
export function addScript(c: Connection, script: Pick<ScriptRow, 'name' | 'code' | 'comment'>): Promise<ScriptRow> {
  return insertRow(c, 'script as s', script, COLUMNS);
}

export async function listScripts(c: Connection, filter: ListFilter = {}): Promise<ScriptRow[]> {
  const conditions = new Conditions();
  const order = sortOrder(filter.sort ?? 'name', { id: 's.id', name: 's.name' });
  return await c.rows(
    `select ${COLUMNS} from pgsnapman.script as s ${conditions.where}
    order by ${order.expression} ${order.direction}, s.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}

/** @param reference name or id; a number is an id. @throws PgSnapManError not_found */
export async function findScript(c: Connection, reference: string | number): Promise<ScriptRow> {
  const found = await c.row<ScriptRow>(
    `select ${COLUMNS} from pgsnapman.script as s where (s.name = $1 and not $2) or s.id::text = $1
    order by s.name = $1 desc limit 1`,
    [String(reference), typeof reference === 'number'],
  );
  if (found !== undefined) return found;
  throw new PgSnapManError('not_found', `there is no script "${reference}"`, 'see: pgsnapman script list');
}

/** Jobs that use it, as `dump job 1, restore job 2`; empty: none. */
export async function usesOfScript(c: Connection, id: number): Promise<string> {
  const row = await c.row<{ jobs: string | null }>(
    `select string_agg(job, ', ' order by job) as jobs from (
      select 'dump job ' || id as job from pgsnapman.dump_job where $1 in (script_id, before_hook_id, after_hook_id)
      union all select 'restore job ' || id from pgsnapman.restore_job 
        where $1 in (before_script_id, after_script_id, after_hook_id)) as uses`,
    [id],
  );
  return row?.jobs ?? '';
}

export async function deleteScript(c: Connection, id: number): Promise<void> {
  await c.execute('delete from pgsnapman.script where id = $1', [id]);
}
