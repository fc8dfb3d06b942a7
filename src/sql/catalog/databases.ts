import type { Connection } from '../connection.ts';
import type { DatabaseSummary } from '../instance/list-databases.ts';
import { findInstance } from './instances.ts';
import { addName, Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { coveredBy, type DatabaseListRow } from './pages/database-pages.ts';
import { findWorker } from './workers.ts';

/** First key of the advisory lock under which jobs are made: the letters "pgsd". */
const DISCOVERY_LOCK = 0x70677364;

/** What a look at the databases of an instance changed; names in order. */
export interface InventoryChange {
  added: string[];
  /** Had vanished, and are there again. */
  returned: string[];
  vanished: string[];
}

/**
 * Writes down which databases an instance has now. Those that were there and are not any more keep their row, with the
 * time at which that was found out.
 */
export async function recordDatabases(
  c: Connection,
  instanceId: number,
  found: readonly Pick<DatabaseSummary, 'name' | 'size_bytes'>[],
): Promise<InventoryChange> {
  const names = found.map(({ name }) => name);
  return c.transaction(async () => {
    const before = await c.rows<{ name: string; dropped: boolean }>(
      `select name, dropped_at is not null as dropped from pgsnapman.database where instance_id = $1 for update`,
      [instanceId],
    );
    await c.execute(
      `insert into pgsnapman.database as known (instance_id, name, size_bytes)
      select i.id, f.name, f.size_bytes from unnest($2::text[], $3::bigint[]) as f(name, size_bytes)
        join pgsnapman.instance as i on i.id = $1
      on conflict (instance_id, name) do update
        set size_bytes = coalesce(excluded.size_bytes, known.size_bytes), last_seen_at = now(), dropped_at = null`,
      [instanceId, names, found.map(({ size_bytes }) => size_bytes)],
    );
    const vanished = await c.rows<{ name: string }>(
      `update pgsnapman.database set dropped_at = now()
      where instance_id = $1 and dropped_at is null and name <> all ($2::text[]) returning name`,
      [instanceId, names],
    );
    const known = new Map(before.map(({ name, dropped }) => [name, dropped]));
    return {
      added: names.filter((name) => !known.has(name)),
      returned: names.filter((name) => known.get(name) === true),
      vanished: vanished.map(({ name }) => name).sort(),
    };
  });
}

/**
 * Gives each database of an instance that no repeat job dumps a job of its own, at a random minute of the instance's
 * window. A job that somebody halted is a decision, so its database has one. An advisory lock per instance: two workers
 * that look at the same time make one job.
 */
export async function addMissingJobs(
  c: Connection,
  instanceId: number,
  status: 'active' | 'halted',
): Promise<{ id: number; dbname: string }[]> {
  return c.transaction(async () => {
    await c.execute('select pg_advisory_xact_lock($1, $2)', [DISCOVERY_LOCK, instanceId]);
    return c.rows(
      `insert into pgsnapman.dump_job (instance_id, dbname, status, comment)
      select b.instance_id, b.name, $2, 'made by discovery' from pgsnapman.database as b
      where b.instance_id = $1 and b.dropped_at is null and not exists (
        select from pgsnapman.dump_job as j
        where j.instance_id = b.instance_id and j.job_type = 'repeat'
          and (j.dbname = b.name or j.dump_type = 'cluster')
      )
      order by b.name returning id, dbname`,
      [instanceId, status],
    );
  });
}

/** A database that discovery found. */
export type DatabaseRow = Omit<DatabaseListRow, 'job_count' | 'last_good_at'>;

/** Filters: db, instance, worker (the instance's default one). `uncovered`: only those that are there and not covered. */
export async function listDatabaseInventory(
  c: Connection,
  filter: ListFilter & { uncovered?: boolean } = {},
): Promise<DatabaseRow[]> {
  const conditions = new Conditions();
  addName(conditions, 'b.name', filter.db);
  if (filter.instance !== undefined) conditions.equal('b.instance_id', (await findInstance(c, filter.instance)).id);
  if (filter.worker !== undefined) conditions.equal('i.default_worker_id', (await findWorker(c, filter.worker)).id);
  if (filter.uncovered === true) conditions.add(`b.dropped_at is null and not ${coveredBy('b')}`);
  const order = sortOrder(filter.sort ?? 'name', {
    name: 'b.name',
    size_bytes: 'coalesce(b.size_bytes, -1)',
    first_seen_at: 'b.first_seen_at',
  });
  return c.rows(
    `select b.id, b.instance_id, i.name as instance_name, b.name, b.size_bytes, b.first_seen_at, b.last_seen_at,
      b.dropped_at, ${coveredBy('b')} as covered
    from pgsnapman.database as b join pgsnapman.instance as i on i.id = b.instance_id
    ${conditions.where} order by ${order.expression} ${order.direction}, b.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}
