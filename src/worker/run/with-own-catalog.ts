import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';
import { greetCatalog } from './greet-catalog.ts';
import { connectToCatalog } from './reach-catalog.ts';
import { refreshConfiguration } from './refresh-configuration.ts';
import type { WorkSession } from './work-session.ts';

const KNOWN_TROUBLE: readonly string[] = ['catalog_unreachable', 'catalog_version'];

/**
 * Asks the catalog, bound as this worker, with a fresh configuration; with null if it is away.
 * @throws PgSnapManError configuration if this worker is halted, catalog_unreachable if there is no cache either
 */
export async function withOwnCatalog<T>(
  session: WorkSession,
  work: (catalog: Connection | null) => Promise<T>,
  { evenIfHalted = false } = {},
): Promise<T> {
  let catalog: Connection | null = null;
  try {
    catalog = await connectToCatalog(session);
    const { configuration: changed } = await greetCatalog(session, catalog);
    await refreshConfiguration(session, catalog, changed);
    if (!evenIfHalted) requireActive(session);
    return await work(catalog);
  } catch (error) {
    const away = error instanceof PgSnapManError && KNOWN_TROUBLE.includes(error.code);
    if (!away || session.configuration === null) throw error;
    if (!evenIfHalted) requireActive(session);
    return await work(null);
  } finally {
    await catalog?.close();
  }
}

function requireActive({ configuration, worker }: WorkSession): void {
  if (configuration?.worker.status !== 'halted') return;
  throw new PgSnapManError(
    'configuration',
    `worker ${worker.name} is halted`,
    `pgsnapman worker activate ${worker.name}`,
  );
}
