import pLimit from 'p-limit';
import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { errorText } from '../../core/errors.ts';
import type { Instance, Worker } from '../../core/model/configuration.ts';
import { addMissingJobs, type InventoryChange, recordDatabases } from '../../sql/catalog/databases.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { type DatabaseSummary, listDatabases } from '../../sql/instance/list-databases.ts';
import type { WorkSession } from '../run/work-session.ts';

/** An instance that does not answer must not hold up the others. */
const CONNECT_TIMEOUT_MS = 10_000;
const QUERY_TIMEOUT_MS = 60_000;
const INSTANCES_AT_A_TIME = 4;

/** What a discovery found, per instance. */
export interface Discovered {
  instance: string;
  databases: number;
  added: string[];
  vanished: string[];
  /** Dump jobs that were made, by id. */
  jobs: number[];
  /** Why the instance could not be looked at; null: it was. */
  error: string | null;
}

/**
 * Looks which databases the active instances of this worker have, writes that into the catalog, and makes dump jobs for
 * those without one where auto_add says so. An instance that cannot be reached keeps its inventory as it is, and is told
 * once until it answers again.
 */
export async function discover(session: WorkSession, catalog: Connection): Promise<Discovered[]> {
  const { configuration } = session;
  if (configuration === null) return [];
  const { worker, instances } = configuration;
  const own = instances.filter(({ status, default_worker_id: id }) => status === 'active' && id === worker.id);
  const limit = pLimit(INSTANCES_AT_A_TIME);
  const looks = await Promise.all(own.map((instance) => limit(() => lookAt(session, instance))));
  const discovered: Discovered[] = [];
  for (const each of looks) discovered.push(await record(session, catalog, worker, each));
  return discovered;
}

interface Look {
  instance: Instance;
  found: DatabaseSummary[] | null;
  error: string | null;
}

async function lookAt(session: WorkSession, instance: Instance): Promise<Look> {
  const { notices } = session.worker;
  const notice = `discovery-${instance.id}`;
  try {
    const found = await databasesOf(session, instance);
    await notices.end(notice);
    return { instance, found, error: null };
  } catch (error) {
    const text = errorText(error);
    if (await notices.begin(notice)) {
      await tell(session, 'warning', `the databases of ${instance.name} could not be listed: ${text}`);
    }
    return { instance, found: null, error: text };
  }
}

async function record(
  session: WorkSession,
  catalog: Connection,
  worker: Worker,
  { instance, found, error }: Look,
): Promise<Discovered> {
  const nothing = { instance: instance.name, databases: 0, added: [], vanished: [], jobs: [], error };
  if (found === null) return nothing;
  const autoAdd = instance.auto_add === 'inherit' ? worker.auto_add : instance.auto_add;
  const change = await recordDatabases(catalog, instance.id, found);
  const jobs = autoAdd === 'off' ? [] : await addMissingJobs(catalog, instance.id, autoAdd);
  await tellChanges(session, instance, change, jobs, autoAdd);
  const { added, vanished } = change;
  return { ...nothing, databases: found.length, added, vanished, jobs: jobs.map(({ id }) => id) };
}

async function databasesOf({ worker }: WorkSession, instance: Instance): Promise<DatabaseSummary[]> {
  const settings = instanceConnection(instance, null, worker.sources);
  const connection = await connect(settings, { timeoutMs: CONNECT_TIMEOUT_MS, queryTimeoutMs: QUERY_TIMEOUT_MS });
  try {
    return await listDatabases(connection);
  } finally {
    await connection.close();
  }
}

async function tellChanges(
  session: WorkSession,
  instance: Instance,
  { returned, vanished }: InventoryChange,
  jobs: readonly { id: number; dbname: string }[],
  status: string,
): Promise<void> {
  for (const name of vanished) {
    await tell(session, 'warning', `database ${name} on ${instance.name} is not there any more; its dumps stay`);
  }
  for (const name of returned) await tell(session, 'info', `database ${name} on ${instance.name} is there again`);
  for (const { id, dbname } of jobs) {
    const text = `database ${dbname} on ${instance.name} had no dump job and got job ${id}, ${status}`;
    await session.reporter.report('info', text, { job_class: 'discovery', job_id: id });
  }
}

async function tell({ reporter }: WorkSession, level: 'info' | 'warning', text: string): Promise<void> {
  await reporter.report(level, text, { job_class: 'discovery' });
}
