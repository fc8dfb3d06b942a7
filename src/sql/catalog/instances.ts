import type { Instance } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { INSTANCE_COLUMNS } from './columns.ts';
import { asId, theOnly } from './find-one.ts';
import { insertRow } from './insert-row.ts';
import { Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { findWorker } from './workers.ts';

export type NewInstance = Pick<Instance, 'host'> & Partial<Omit<Instance, 'id' | 'host' | 'created_at'>>;
export type InstanceRow = Instance & { default_worker_name: string | null };

const FROM = `select ${INSTANCE_COLUMNS}, w.name as default_worker_name
  from pgsnapman.instance as i left join pgsnapman.worker as w on w.id = i.default_worker_id`;

/** Without a name it is called after its host and port. @throws QueryError when a value does not fit */
export function addInstance(c: Connection, instance: NewInstance): Promise<Instance> {
  return insertRow(c, 'instance as i', instance, INSTANCE_COLUMNS);
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
