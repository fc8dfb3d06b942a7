import type { FileConfiguration } from '../core/config/file-configuration.ts';
import { type Connection, type ConnectOptions, connectCatalog } from '../sql/connection.ts';
import { connectionSources } from '../sql/connection-sources.ts';

/**
 * Connects to the catalog of a configuration: the one that its URL names, or the embedded one (`local`), which is
 * started if need be. Does not look at the version.
 * @throws ConnectionError catalog_unreachable, PgSnapManError configuration
 */
export async function openCatalog(
  configuration: Pick<FileConfiguration, 'catalog' | 'worker'>,
  options: Pick<ConnectOptions, 'timeoutMs' | 'queryTimeoutMs' | 'applicationName'> = {},
): Promise<Connection> {
  const { url } = configuration.catalog;
  if (url !== 'local') return await connectCatalog(url, connectionSources(), options);
  const { ensureEmbeddedCatalog } = await import('./cluster/embedded-catalog.ts');
  const embedded = await ensureEmbeddedCatalog(configuration.worker.root);
  // nothing of the environment is meant for a server of our own
  return await connectCatalog(embedded, connectionSources({}), options);
}
