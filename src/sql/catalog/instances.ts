import type { Instance } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { INSTANCE_COLUMNS } from './columns.ts';
import { asId, theOnly } from './find-one.ts';
import { insertRow } from './insert-row.ts';
import { Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { updateRow } from './update-row.ts';
import { findWorker } from './workers.ts';

export type NewInstance = Pick<Instance, 'host'> & Partial<Omit<Instance, 'id' | 'host' | 'created_at'>>;
export type InstanceRow = Instance & { default_worker_name: string | null };

const FROM = `select ${INSTANCE_COLUMNS}, w.name as default_worker_name
  from pgsnapman.instance as i left join pgsnapman.worker as w on w.id = i.default_worker_id`;

/** Without a name it is called after its host and port. @throws QueryError when a value does not fit */
export function addInstance(c: Connection, instance: NewInstance): Promise<Instance> {
  return insertRow(c, 'instance as i', instance, INSTANCE_COLUMNS);
}

/** @throws QueryError when a value does not fit, PgSnapManError not_found */
export async function updateInstance(
  c: Connection,
  id: number,
  columns: Readonly<Record<string, unknown>>,
): Promise<Instance> {
  const row = await updateRow<Instance>(c, 'instance', 'i', id, columns, INSTANCE_COLUMNS);
  return row ?? (await findInstance(c, id));
}

/** What refers to an instance and keeps it from being deleted. */
export interface InstanceUse {
  dump_jobs: number;
  restore_jobs: number;
}

export async function usageOfInstance(c: Connection, id: number): Promise<InstanceUse> {
  const row = await c.row<InstanceUse>(
    `select (select count(*) from pgsnapman.dump_job where instance_id = $1) as dump_jobs,
      (select count(*) from pgsnapman.restore_job where dest_instance_id = $1) as restore_jobs`,
    [id],
  );
  return row ?? { dump_jobs: 0, restore_jobs: 0 };
}

/** Its dumps stay, and so do the messages; the inventory of its databases goes. */
export async function deleteInstance(c: Connection, id: number): Promise<void> {
  await c.execute('delete from pgsnapman.instance where id = $1', [id]);
}

/** Filters: status, worker (its default one). */
export async function listInstances(c: Connection, filter: ListFilter = {}): Promise<InstanceRow[]> {
  const conditions = new Conditions();
  conditions.equal('i.status', filter.status);
  if (filter.worker !== undefined) conditions.equal('i.default_worker_id', (await findWorker(c, filter.worker)).id);
  const order = sortOrder(filter.sort ?? 'id', { id: 'i.id', name: 'i.name', host: 'i.host' });
  return await c.rows(
    `${FROM} ${conditions.where} order by ${order.expression} ${order.direction}, i.id ${conditions.limit(filter)}`,
    conditions.values,
  );
}

/**
 * By id or name, else by host[:port].
 * @throws PgSnapManError not_found, or usage when several have the address
 */
export async function findInstance(c: Connection, reference: string | number): Promise<InstanceRow> {
  const text = String(reference);
  const find = (condition: string, values: unknown[]): Promise<InstanceRow[]> =>
    c.rows<InstanceRow>(`${FROM} where ${condition} order by i.id`, values);
  const named = await find('i.id = $1::bigint or i.name = $2', [asId(text), text]);
  const rows =
    named.length > 0
      ? named
      : await find(`$1 in (i.host, i.host || ':' || i.port, '[' || i.host || ']:' || i.port)`, [text]);
  return theOnly(rows, 'instance', text, ({ id, name }) => `${id} (${name})`);
}
