import { type CatalogWaits, whatWaits } from '../../sql/catalog/what-waits.ts';
import { bindWorker } from '../../sql/catalog/workers.ts';
import type { Connection } from '../../sql/connection.ts';
import { reportedTools } from '../tools-report.ts';
import type { WorkSession } from './work-session.ts';

/**
 * Says in the catalog that this worker is there, with its root directory, its version and its tools, and asks what waits
 * for it.
 * @throws PgSnapManError not_found if it is not registered, configuration if another root directory has the name
 */
export async function greetCatalog(session: WorkSession, catalog: Connection): Promise<CatalogWaits> {
  const { worker } = session;
  const { root_id: rootId, machine_id: machineId = '' } = worker.root.identity;
  const binding = { name: worker.name, rootId, machineId, version: worker.version, tools: await reportedTools(worker) };
  const { id } = await bindWorker(catalog, binding);
  session.reporter.workerId = id;
  return await whatWaits(catalog, id, session.configuration);
}
