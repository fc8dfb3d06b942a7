import { PgSnapManError } from '../../core/errors.ts';
import type { Worker } from '../../core/model/configuration.ts';
import { quoteLiteral } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';
import { WORKER_COLUMNS } from './columns.ts';
import { asId, theOnly } from './find-one.ts';
import { insertRow } from './insert-row.ts';
import { Conditions, type ListFilter, sortOrder } from './list-filter.ts';
import { updateRow } from './update-row.ts';

export type NewWorker = Pick<Worker, 'name'> &
  Partial<Omit<Worker, 'id' | 'name' | 'created_at'>> & { login_role?: string | undefined };

/** @throws QueryError when the name is taken or a value does not fit */
export function registerWorker(c: Connection, worker: NewWorker): Promise<Worker> {
  return insertRow(c, 'worker as w', worker, WORKER_COLUMNS);
}

/** @throws QueryError when a value does not fit, PgSnapManError not_found */
export async function updateWorker(
  c: Connection,
  id: number,
  columns: Readonly<Record<string, unknown>>,
): Promise<Worker> {
  return (await updateRow<Worker>(c, 'worker', 'w', id, columns, WORKER_COLUMNS)) ?? (await findWorker(c, id));
}

/** What a worker has to do and what is on its disk. */
export interface WorkerUse {
  instances: number;
  dump_jobs: number;
  dumps: number;
}

export async function usageOfWorker(c: Connection, id: number): Promise<WorkerUse> {
  const row = await c.row<WorkerUse>(
    `select (select count(*) from pgsnapman.instance where default_worker_id = $1) as instances,
      (select count(*) from pgsnapman.dump_job where worker_id = $1) as dump_jobs,
      (select count(*) from pgsnapman.dump where worker_id = $1 and state = 'available') as dumps`,
    [id],
  );
  return row ?? { instances: 0, dump_jobs: 0, dumps: 0 };
}

/** Rows of its dumps stay, but no worker has them any more. */
export async function deleteWorker(c: Connection, id: number): Promise<void> {
  await c.execute('delete from pgsnapman.worker where id = $1', [id]);
}

/** Filters: status. */
export function listWorkers(c: Connection, filter: ListFilter = {}): Promise<Worker[]> {
  const conditions = new Conditions();
  conditions.equal('w.status', filter.status);
  const order = sortOrder(filter.sort ?? 'id', { id: 'w.id', name: 'w.name' });
  return c.rows(
    `select ${WORKER_COLUMNS} from pgsnapman.worker as w ${conditions.where}
    order by ${order.expression} ${order.direction} ${conditions.limit(filter)}`,
    conditions.values,
  );
}

/** By id or name. @throws PgSnapManError not_found, usage */
export async function findWorker(c: Connection, reference: string | number): Promise<Worker> {
  const text = String(reference);
  const rows = await c.rows<Worker>(
    `select ${WORKER_COLUMNS} from pgsnapman.worker as w where w.id = $1::bigint or w.name = $2 order by w.id`,
    [asId(text), text],
  );
  return theOnly(rows, 'worker', text, ({ id, name }) => `${id} (${name})`);
}

export interface WorkerBinding {
  name: string;
  rootId: string;
  machineId: string;
  version: string;
  tools: readonly { version: string; directory: string }[];
}

/**
 * Ties a registered worker to its root directory and machine, and notes that it was seen.
 * @throws PgSnapManError not_found if it is not registered, configuration if another root directory has the name
 */
export async function bindWorker(c: Connection, binding: WorkerBinding): Promise<Worker> {
  const { name, rootId, machineId, version, tools } = binding;
  const bound = await c.row<Worker>(
    `update pgsnapman.worker as w set root_id = $2, machine_id = $3, version = $4, tools = $5, last_seen_at = now()
    where w.name = $1 and coalesce(w.root_id, $2) = $2 and coalesce(w.machine_id, $3) = $3
    returning ${WORKER_COLUMNS}`,
    [name, rootId, machineId, version, JSON.stringify(tools)],
  );
  if (bound !== undefined) return bound;
  const [other] = await c.rows<{ root_id: string }>('select root_id from pgsnapman.worker where name = $1', [name]);
  if (other === undefined) {
    const hint = `run: pgsnapman worker register ${quoteLiteral(name).trim()}`;
    throw new PgSnapManError('not_found', `worker "${name}" is not registered in the catalog`, hint);
  }
  const what =
    other.root_id === rootId
      ? `this root directory of worker "${name}" was made on another machine`
      : `worker "${name}" already works with another root directory`;
  const unbind = `update pgsnapman.worker set root_id = null, machine_id = null where name = ${quoteLiteral(name).trim()}`;
  throw new PgSnapManError('configuration', what, `choose another name; or, if the other is gone for good: ${unbind}`);
}

/** Notes that a worker reached the catalog. Nothing happens if it is gone. */
export async function reportWorker(
  c: Connection,
  workerId: number,
  report: Pick<WorkerBinding, 'version' | 'tools'>,
): Promise<void> {
  await c.execute('update pgsnapman.worker set last_seen_at = now(), version = $2, tools = $3 where id = $1', [
    workerId,
    report.version,
    JSON.stringify(report.tools),
  ]);
}
