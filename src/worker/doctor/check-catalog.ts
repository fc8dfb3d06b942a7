import { instanceConnection } from '../../core/connection/connection-settings.ts';
import type { Instance, Worker } from '../../core/model/configuration.ts';
import { fetchWorkerConfiguration } from '../../sql/catalog/configuration.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import { type ToolSet, toolsFor } from '../tools/find-tools.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import { checkLocks } from './check-locks.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CLOCK_TOLERANCE_MS = 60_000;
const INSTANCE_TIMEOUT_MS = 5_000;

/** The catalog, what it says of this worker, its clock, and the instances that this worker has jobs for. */
export async function checkCatalog(worker: WorkerSetup, tools: readonly ToolSet[]): Promise<Finding[]> {
  let catalog: Connection;
  try {
    catalog = await connectToCatalog({ worker });
  } catch (error) {
    return [problem('catalog', error)];
  }
  try {
    return [greet(catalog), await checkClocks(catalog, worker), ...(await checkConfiguration(catalog, worker, tools))];
  } catch (error) {
    return [problem('catalog', error)];
  } finally {
    await catalog.close();
  }
}

function greet({ settings, serverVersion }: Connection): Finding {
  return ok('catalog', `${settings.host} port ${settings.port}, server ${serverVersion}`);
}

async function checkConfiguration(
  catalog: Connection,
  worker: WorkerSetup,
  tools: readonly ToolSet[],
): Promise<Finding[]> {
  try {
    const { worker: row, instances, dump_jobs } = await fetchWorkerConfiguration(catalog, worker.name);
    const asked = instances.map((instance) => checkInstance(worker, instance, tools));
    return [checkRow(row, worker), ...(await Promise.all(asked)), ...(await checkLocks(worker, instances, dump_jobs))];
  } catch (error) {
    return [problem('worker', error)];
  }
}

function checkRow(row: Worker, worker: WorkerSetup): Finding {
  const { root_id, machine_id } = worker.root.identity;
  if (row.root_id !== null && row.root_id !== root_id) {
    const hint =
      'give this one another name, or free the name: update pgsnapman.worker set root_id = null, machine_id = null …';
    return { check: 'worker', level: 'error', text: `worker ${row.name} works with another root directory`, hint };
  }
  if (row.machine_id !== null && row.machine_id !== machine_id) {
    return {
      check: 'worker',
      level: 'error',
      text: `worker ${row.name} works on another machine`,
      hint: 'give this one another name',
    };
  }
  if (row.status === 'halted') {
    return warning('worker', `worker ${row.name} is halted: nothing runs`, `pgsnapman worker activate ${row.name}`);
  }
  return ok('worker', `worker ${row.name} is active`);
}

async function checkClocks(catalog: Connection, worker: WorkerSetup): Promise<Finding> {
  const row = await catalog.row<{ now: Date }>('select clock_timestamp() as now');
  const differenceMs = Math.abs((row?.now ?? worker.now()).getTime() - worker.now().getTime());
  if (differenceMs < CLOCK_TOLERANCE_MS) return ok('clock', 'agrees with the clock of the catalog');
  const text = `differs from the clock of the catalog by ${Math.round(differenceMs / 1000)} s`;
  return warning('clock', text, 'let NTP set the clocks of both machines');
}

async function checkInstance(worker: WorkerSetup, instance: Instance, tools: readonly ToolSet[]): Promise<Finding> {
  const check = `instance ${instance.name}`;
  if (instance.status === 'halted') return ok(check, 'halted, not asked');
  try {
    const settings = instanceConnection(instance, null, worker.sources);
    const connection = await connect(settings, { timeoutMs: INSTANCE_TIMEOUT_MS });
    const { serverVersion, serverVersionNum } = connection;
    await connection.close();
    const { version } = toolsFor(serverVersionNum, [...tools]);
    return ok(check, `server ${serverVersion}, dumped with pg_dump ${version.text}`);
  } catch (error) {
    return problem(check, error);
  }
}
