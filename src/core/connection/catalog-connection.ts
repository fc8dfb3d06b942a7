import { parseConnectionUrl } from './connection-url.ts';
import { mergeParameters, settingsFromParameters } from './resolve-parameters.ts';
import type { ConnectionSettings } from './settings.ts';
import type { ConnectionSources } from './sources.ts';

/**
 * Where a connection URL leads, as libpq would resolve it. `libpq` or `postgresql://` alone: service and environment
 * say everything.
 * @throws PgSnapManError configuration
 */
export function catalogConnection(url: string, sources: ConnectionSources): ConnectionSettings {
  const explicit = url.trim() === 'libpq' ? {} : parseConnectionUrl(url.trim());
  return settingsFromParameters(mergeParameters(explicit, sources), sources);
}
