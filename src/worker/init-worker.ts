import type { FileConfiguration } from '../core/config/file-configuration.ts';
import { PgSnapManError } from '../core/errors.ts';
import type { Worker } from '../core/model/configuration.ts';
import { initRoot } from './root/root-directory.ts';
import { connectToCatalog } from './run/reach-catalog.ts';
import { readConfiguration } from './run/refresh-configuration.ts';
import { beginSession } from './run/work-session.ts';
import { reportedTools } from './tools-report.ts';
import { setupOf, type WorkerSetup } from './worker-setup.ts';

/** What `worker init` made and found; keys as they are printed. */
export interface InitializedWorker {
  name: string;
  root: string;
  root_id: string;
  repository_id: string;
  /** Postgres client tools of this machine. */
  tools: { version: string; directory: string }[];
  /** The row in the catalog that the root directory is bound to; null: the catalog could not be reached. */
  worker: Worker | null;
  /** Why it could not. */
  catalog_problem: string | null;
}

/**
 * Makes root directory, identity and repository, and binds them to the worker's row in the catalog if that can be
 * reached. As often as one likes.
 * @throws PgSnapManError usage without a name, configuration, not_found if the worker is not registered
 */
export async function initWorker(
  configuration: FileConfiguration,
  options: { name?: string } = {},
): Promise<InitializedWorker> {
  process.umask(0o077);
  const asked = options.name ?? configuration.worker.name ?? null;
  if (options.name !== undefined && (configuration.worker.name ?? options.name) !== options.name) {
    const text = `the configuration calls this worker ${configuration.worker.name}, not ${options.name}`;
    throw new PgSnapManError('usage', text, 'give the same name in both places, or in one of them only');
  }
  const root = await initRoot(configuration.worker.root, asked);
  const name = asked ?? root.identity.worker_name;
  if (name === null) throw new PgSnapManError('usage', 'this worker needs a name', 'pgsnapman worker init --name NAME');
  const worker = setupOf(configuration, name, root);
  const { openOrCreateRepository } = await import('./repository/chunk-repository.ts');
  const repository = await openOrCreateRepository(root.repository);
  const tools = await reportedTools(worker);
  return {
    name,
    root: root.path,
    root_id: root.identity.root_id,
    repository_id: repository.id,
    tools,
    ...(await bind(worker, tools)),
  };
}

async function bind(
  setup: WorkerSetup,
  tools: InitializedWorker['tools'],
): Promise<Pick<InitializedWorker, 'worker' | 'catalog_problem'>> {
  const session = await beginSession(setup);
  try {
    const catalog = await connectToCatalog(session);
    try {
      const { bindWorker } = await import('../sql/catalog/workers.ts');
      const { root_id: rootId, machine_id: machineId = '' } = setup.root.identity;
      const worker = await bindWorker(catalog, { name: setup.name, rootId, machineId, version: setup.version, tools });
      await readConfiguration(session, catalog);
      return { worker, catalog_problem: null };
    } finally {
      await catalog.close();
    }
  } catch (error) {
    if (!(error instanceof PgSnapManError) || error.code !== 'catalog_unreachable') throw error;
    return { worker: null, catalog_problem: error.message };
  }
}
