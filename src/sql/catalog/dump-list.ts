import type { Connection } from '../connection.ts';
import { DUMP_COLUMNS, type DumpRow } from './dump-row.ts';
import { findInstance } from './instances.ts';
import { Conditions, hasWildcard, type ListFilter, likePattern, type SortOrder, sortOrder } from './list-filter.ts';
import { findWorker } from './workers.ts';

/** Each of them is in an index, alone and behind every column that the list can be narrowed by. */
const SORT_EXPRESSIONS = {
  started_at: 'd.started_at',
  raw_bytes: 'coalesce(d.raw_bytes, -1)',
  stored_bytes: 'coalesce(d.stored_bytes, -1)',
};

/** Above this many names it is quicker to walk through all dumps in order than to ask for the first ones of each name. */
const FEW_NAMES = 500;

/** Rows that come after one of them in this order; the row is found by its id, so that no precision is lost. */
function addAfter(conditions: Conditions, order: SortOrder, after: number | undefined): void {
  if (after === undefined) return;
  const comparison = order.direction === 'desc' ? '<' : '>';
  conditions.add(`(${order.expression}, d.id) ${comparison} (
    select ${order.expression}, d.id from pgsnapman.dump as d where d.id = ${conditions.value(after)})`);
}

const orderBy = ({ expression, direction }: SortOrder): string =>
  `order by ${expression} ${direction}, d.id ${direction}`;

/** All conditions but the one for the name. */
async function conditionsOf(c: Connection, filter: ListFilter, order: SortOrder): Promise<Conditions> {
  const conditions = new Conditions();
  if (filter.since !== undefined) conditions.add(`d.started_at >= ${conditions.value(filter.since)}`);
  conditions.equal('d.outcome', filter.outcome);
  conditions.equal('d.dump_job_id', filter.job);
  if (filter.instance !== undefined) conditions.equal('d.instance_id', (await findInstance(c, filter.instance)).id);
  if (filter.worker !== undefined) conditions.equal('d.worker_id', (await findWorker(c, filter.worker)).id);
  addAfter(conditions, order, filter.after);
  return conditions;
}

/** Names that fit a pattern; null: too many to go through them one by one. */
async function fewNames(c: Connection, pattern: string): Promise<string[] | null> {
  const sql = `select dbname from pgsnapman.dump_dbname where dbname like $1 limit ${FEW_NAMES + 1}`;
  const rows = await c.rows<{ dbname: string }>(sql, [likePattern(pattern)]);
  return rows.length > FEW_NAMES ? null : rows.map(({ dbname }) => dbname);
}

/** The first ones of each name, and of these the first ones. */
async function listByNames(
  c: Connection,
  names: string[],
  conditions: Conditions,
  order: SortOrder,
  filter: ListFilter,
): Promise<DumpRow[]> {
  conditions.add('d.dbname = n.dbname');
  const each = conditions.value(names);
  const limit = conditions.limit(filter);
  return await c.rows(
    `select ${DUMP_COLUMNS} from (
      select d.id, d.key from unnest(${each}::text[]) as n(dbname) cross join lateral (
        select d.id, ${order.expression} as key from pgsnapman.dump as d ${conditions.where} ${orderBy(order)} ${limit}
      ) as d ${orderBy({ ...order, expression: 'd.key' })} ${limit}
    ) as page join pgsnapman.dump as d on d.id = page.id ${orderBy(order)}`,
    conditions.values,
  );
}

/**
 * One page of dumps, newest first unless sorted otherwise. Filters: since, outcome, db, instance, worker, job; sort by
 * started_at, raw_bytes, stored_bytes. The next page begins `after` the id of this one's last row; if that dump has
 * been removed meanwhile there is no next page.
 */
export async function listDumps(c: Connection, filter: ListFilter = {}): Promise<DumpRow[]> {
  const order = sortOrder(filter.sort ?? '-started_at', SORT_EXPRESSIONS);
  const conditions = await conditionsOf(c, filter, order);
  const { db } = filter;
  if (db !== undefined && hasWildcard(db)) {
    const names = await fewNames(c, db);
    if (names !== null) return await listByNames(c, names, conditions, order, filter);
    conditions.add(`d.dbname like ${conditions.value(likePattern(db))}`);
  } else {
    conditions.equal('d.dbname', db);
  }
  const sql = `select ${DUMP_COLUMNS} from pgsnapman.dump as d ${conditions.where} ${orderBy(order)} ${conditions.limit(filter)}`;
  return await c.rows(sql, conditions.values);
}
