import type { Instance } from '../model/configuration.ts';
import { DEFAULT_SOCKET_DIRECTORY, mergeParameters, settingsFromParameters } from './resolve-parameters.ts';
import type { ConnectionSettings } from './settings.ts';
import type { ConnectionSources } from './sources.ts';

type Address = Pick<Instance, 'host' | 'port' | 'username' | 'service' | 'sslmode' | 'maintenance_db'>;

/** The socket directory of a worker: PGHOST if that is one, else the usual place. */
function localHost(sources: ConnectionSources): string {
  const { PGHOST } = sources.env;
  return PGHOST?.startsWith('/') ? PGHOST : (sources.defaultHost ?? DEFAULT_SOCKET_DIRECTORY);
}

/**
 * How a worker reaches an instance; `dbname` null means its maintenance database. The row of the instance wins over its
 * service, the service over the environment. A row always has a host and a port: next to a service that has them too,
 * `local` and 5432 mean that the row does not say. PGHOST, PGHOSTADDR, PGPORT and PGSERVICE are about the worker's own
 * default server, so they never lead to another server than the one that the row names.
 * @throws PgSnapManError configuration
 */
export function instanceConnection(
  instance: Address,
  dbname: string | null,
  sources: ConnectionSources,
): ConnectionSettings {
  const { PGHOST: _host, PGHOSTADDR: _address, PGPORT: _port, PGSERVICE: _service, ...env } = sources.env;
  const explicit: Record<string, string> = { dbname: dbname ?? instance.maintenance_db };
  if (instance.host !== 'local') explicit.host = instance.host;
  if (instance.port !== 5432) explicit.port = String(instance.port);
  if (instance.username !== null) explicit.user = instance.username;
  if (instance.sslmode !== null) explicit.sslmode = instance.sslmode;
  if (instance.service !== null) explicit.service = instance.service;
  const merged = mergeParameters(explicit, { ...sources, env });
  const { hostaddr, ...rest } = merged;
  // an address from the service belongs to the service's host, not to one that the row names
  const parameters = hostaddr !== undefined && instance.host === 'local' ? merged : rest;
  return settingsFromParameters(parameters, { ...sources, defaultHost: localHost(sources) });
}
