import pg from 'pg';
import {
  type ConnectionSettings,
  type ConnectionSources,
  catalogConnection,
} from '../core/connection/connection-settings.ts';
import type { ErrorCode } from '../core/errors.ts';
import { ConnectionError, codeOf, connectionError, isTlsError } from './connection-error.ts';
import { connectionSources } from './connection-sources.ts';
import { readPassword } from './read-password.ts';
import { Connection } from './server-session.ts';
import { tlsOptions } from './tls-options.ts';
import { valueTypes } from './value-types.ts';

export { ConnectionError } from './connection-error.ts';
export { QueryError, sqlStateOf } from './query-error.ts';
export { Connection } from './server-session.ts';

export interface ConnectOptions {
  applicationName?: string;
  /** For all attempts to connect together; default: the settings' own. */
  timeoutMs?: number;
  /** An answer that takes longer counts as a lost connection; default: no limit. */
  queryTimeoutMs?: number;
  /** Set at the start; they win over the ones that we always set. */
  session?: Readonly<Record<string, string>>;
  /** Code of the error when the connection is lost later; default: run_failed. */
  lostCode?: ErrorCode;
}

const KEEPALIVE_DELAY_MS = 30_000;

/** Which ways libpq tries, in order, for each sslmode; a Unix socket never has TLS. */
function waysToTry(settings: ConnectionSettings): boolean[] {
  if (settings.host.startsWith('/') || settings.sslmode === 'disable') return [false];
  if (settings.sslmode === 'allow') return [false, true];
  return settings.sslmode === 'prefer' ? [true, false] : [true];
}

/** Another way may help against a refused login (pg_hba.conf can demand or forbid TLS) and against failing TLS. */
const otherWayMayHelp = (error: unknown): boolean => isTlsError(error) || codeOf(error).startsWith('28');

function makeClient(settings: ConnectionSettings, ssl: pg.ClientConfig['ssl'], options: ConnectOptions): pg.Client {
  const { channel_binding: channelBinding, sslnegotiation } = settings.extra ?? {};
  const client = new pg.Client({
    host: settings.hostaddr ?? settings.host,
    port: settings.port,
    user: settings.user,
    database: settings.dbname,
    password: () => readPassword(settings),
    ssl,
    sslnegotiation: ssl && sslnegotiation === 'direct' ? 'direct' : 'postgres',
    enableChannelBinding: channelBinding !== 'disable',
    application_name: options.applicationName ?? 'pgsnapman',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
    connectionTimeoutMillis: options.timeoutMs ?? settings.connectTimeoutMs,
    types: valueTypes,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
  });
  // `pg` fills what is not given from the environment; options of the server are ours to say
  const { connectionParameters } = client as unknown as { connectionParameters: { options: string | undefined } };
  connectionParameters.options = settings.options;
  return client;
}

async function attempt(settings: ConnectionSettings, tls: boolean, options: ConnectOptions): Promise<pg.Client> {
  const client = makeClient(settings, tls ? await tlsOptions(settings) : false, options);
  client.on('error', () => {}); // what breaks while connecting is thrown by `connect` too
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
}

async function openSession(
  settings: ConnectionSettings,
  client: pg.Client,
  options: ConnectOptions,
): Promise<Connection> {
  const connection = new Connection(client, settings, options.lostCode);
  try {
    await connection.prepare(options.session ?? {});
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * Connects as the settings say, with libpq's meaning of sslmode. The password, if the server asks for one, comes from
 * the settings or the password file.
 * @throws ConnectionError
 */
export async function connect(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<Connection> {
  const timeoutMs = options.timeoutMs ?? settings.connectTimeoutMs;
  let first: unknown = null;
  for (const tls of waysToTry(settings)) {
    try {
      return await openSession(settings, await attempt(settings, tls, { ...options, timeoutMs }), options);
    } catch (error) {
      // a server without TLS under `prefer` is nothing to report; the refusal that came first otherwise is
      if (first === null || isTlsError(first)) first = error;
      if (!otherWayMayHelp(error)) break;
    }
  }
  throw connectionError(settings, first, timeoutMs);
}

/**
 * Connects to the catalog that a URL names; any failure has the code `catalog_unreachable`, also when it is lost later.
 * Does not look at the version. Not for `local`, which is the embedded catalog.
 */
export async function connectCatalog(
  url: string,
  sources: ConnectionSources = connectionSources(),
  options: ConnectOptions = {},
): Promise<Connection> {
  try {
    return await connect(catalogConnection(url, sources), { ...options, lostCode: 'catalog_unreachable' });
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    throw new ConnectionError(error.reason, `catalog: ${error.message}`, error.hint, {
      cause: error,
      code: 'catalog_unreachable',
    });
  }
}
