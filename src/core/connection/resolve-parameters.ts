import { PgSnapManError } from '../errors.ts';
import { type SslMode, sslModeSchema } from '../model/configuration.ts';
import { EXTRA_PARAMETERS, environmentParameters, type Parameters } from './parameters.ts';
import { serviceParameters } from './service-file.ts';
import type { ConnectionSettings } from './settings.ts';
import type { ConnectionSources } from './sources.ts';

const DEFAULT_PORT = 5432;
const DEFAULT_TIMEOUT_MS = 20_000;
export const DEFAULT_SOCKET_DIRECTORY = '/var/run/postgresql';

/** libpq's order of precedence: what is written down, the service, the environment. Empty values count as not given. */
export function mergeParameters(explicit: Parameters, sources: ConnectionSources): Parameters {
  const service = explicit.service || sources.env.PGSERVICE;
  const result: Record<string, string> = {};
  for (const layer of [
    environmentParameters(sources.env),
    service ? serviceParameters(service, sources.serviceFiles) : {},
    explicit,
  ]) {
    for (const [keyword, value] of Object.entries(layer)) if (value !== '') result[keyword] = value;
  }
  return result;
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    // the text is not repeated: it may be a piece of a password that should have been percent-encoded
    throw new PgSnapManError('configuration', 'the port is not a port number', 'ports are 1 to 65535');
  }
  return port;
}

function readSslMode(text: string | undefined): SslMode {
  const parsed = sslModeSchema.safeParse(text ?? 'prefer');
  if (!parsed.success) {
    throw new PgSnapManError(
      'configuration',
      `sslmode "${text}" is not known`,
      `known are ${sslModeSchema.options.join(', ')}`,
    );
  }
  return parsed.data;
}

/** libpq's connect_timeout is in whole seconds, 0 or less waits for ever, 1 is rounded up to 2. */
function readTimeoutMs(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT_MS;
  if (!/^\s*[+-]?\d{1,9}\s*$/.test(text)) {
    throw new PgSnapManError('configuration', `connect_timeout "${text}" is not a number of seconds`);
  }
  const seconds = Number(text);
  return seconds <= 0 ? 0 : Math.max(2, seconds) * 1000;
}

function readExtra(parameters: Parameters): Record<string, string> {
  const result: Record<string, string> = {};
  for (const keyword of EXTRA_PARAMETERS) {
    const value = parameters[keyword];
    if (value !== undefined) result[keyword] = value;
  }
  return result;
}

/**
 * Makes settings from merged parameters, with libpq's defaults for what is missing.
 * @throws PgSnapManError configuration for a value that makes no sense
 */
export function settingsFromParameters(parameters: Parameters, sources: ConnectionSources): ConnectionSettings {
  const { hostaddr, sslrootcert, sslcert, sslkey, password, passfile, options } = parameters;
  const host = parameters.host ?? hostaddr ?? sources.defaultHost ?? DEFAULT_SOCKET_DIRECTORY;
  if (`${host}${hostaddr ?? ''}`.includes(',')) {
    throw new PgSnapManError('configuration', 'several hosts in one connection are not supported', 'name one host');
  }
  const user = parameters.user ?? sources.account;
  const extra = readExtra(parameters);
  const optional = { hostaddr, sslrootcert, sslcert, sslkey, password, passfile, options };
  return {
    host,
    port: readPort(parameters.port),
    user,
    dbname: parameters.dbname ?? user,
    sslmode: readSslMode(parameters.sslmode),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
    connectTimeoutMs: readTimeoutMs(parameters.connect_timeout),
  };
}
