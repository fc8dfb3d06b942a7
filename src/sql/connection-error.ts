import type { ConnectionSettings } from '../core/connection/connection-settings.ts';
import { describeConnection, describeServer } from '../core/connection/describe-connection.ts';
import { type ErrorCode, PgSnapManError } from '../core/errors.ts';

export type ConnectionFailure = 'unreachable' | 'authentication' | 'no_database' | 'tls' | 'other';

/** A connection that could not be made or was lost. */
export class ConnectionError extends PgSnapManError {
  readonly reason: ConnectionFailure;

  constructor(
    reason: ConnectionFailure,
    message: string,
    hint?: string,
    options?: ErrorOptions & { code?: ErrorCode | undefined },
  ) {
    super(options?.code ?? 'run_failed', message, hint, options);
    this.reason = reason;
  }
}

/** True if the server was not there or had no room, which may be otherwise in a few minutes. */
export function isServerAway(error: unknown): boolean {
  if (!(error instanceof ConnectionError)) return false;
  return error.reason === 'unreachable' || codeOf(error.cause) === TOO_MANY_CONNECTIONS;
}

const TOO_MANY_CONNECTIONS = '53300';

/** Thrown by us while `pg` connects, when the server asks for a password and there is none that may be used. */
export class PasswordMissing extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** One line without control characters: server messages may contain anything, names included. */
export const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();

/** Code of an error, whatever it is: SQLSTATE, Node's or OpenSSL's. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection was cut',
  EPIPE: 'connection was cut',
  ENOTFOUND: 'host name is not known',
  EAI_AGAIN: 'host name could not be resolved',
  EAI_NONAME: 'host name is not known',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  EHOSTDOWN: 'host is down',
  EADDRNOTAVAIL: 'address is not available',
  ENOENT: 'there is no such socket',
  ENOTDIR: 'there is no such socket',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** What `pg` says when the answer to its request for TLS is no, and when the server hangs up. */
const NO_TLS_OFFERED = 'The server does not support SSL connections';
const HUNG_UP = /^Connection terminated|^timeout expired$|^Client (has encountered|was closed)/;

/** True for errors of Node's TLS layer: a certificate that was refused, a handshake that failed. */
export function isTlsError(error: unknown): boolean {
  const text = error instanceof Error ? error.message : '';
  return (
    text === NO_TLS_OFFERED ||
    text === 'There was an error establishing an SSL connection' ||
    /^(EPROTO|ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH)/.test(
      codeOf(error),
    )
  );
}

function unreachable(settings: ConnectionSettings, why: string, cause: unknown): ConnectionError {
  const hint = settings.host.startsWith('/')
    ? 'check that the server runs, and the socket directory and port'
    : 'check that the server runs, the host, the port and firewalls';
  return new ConnectionError('unreachable', `server ${describeServer(settings)} is not reachable: ${why}`, hint, {
    cause,
  });
}

function refusedLogin(settings: ConnectionSettings, why: string, hint: string, cause: unknown): ConnectionError {
  const text = `login of role "${oneLine(settings.user)}" on ${describeServer(settings)} was refused: ${oneLine(why)}`;
  return new ConnectionError('authentication', text, hint, { cause });
}

function tlsFailure(settings: ConnectionSettings, error: Error): ConnectionError {
  const server = describeServer(settings);
  if (error.message === NO_TLS_OFFERED) {
    const text = `server ${server} does not offer TLS, which sslmode "${settings.sslmode}" demands`;
    return new ConnectionError('tls', text, 'switch on ssl on the server, or choose another sslmode', { cause: error });
  }
  return new ConnectionError(
    'tls',
    `TLS with server ${server} failed: ${oneLine(error.message)}`,
    'check the certificates, sslrootcert and sslmode',
    { cause: error },
  );
}

const LOGIN_HINT = 'check the role, its password in the password file (~/.pgpass), and pg_hba.conf on the server';

/** What the server's error response while connecting means, by SQLSTATE; its text may be in any language. */
function serverRefusal(settings: ConnectionSettings, error: Error): ConnectionError {
  const state = codeOf(error);
  if (state === '3D000') {
    const text = `database "${oneLine(settings.dbname)}" does not exist on ${describeServer(settings)}`;
    return new ConnectionError('no_database', text, 'check the name; upper and lower case count', { cause: error });
  }
  if (state === '42501') return refusedLogin(settings, error.message, 'grant connect on the database', error);
  if (state.startsWith('28')) return refusedLogin(settings, error.message, LOGIN_HINT, error);
  if (state.startsWith('57P')) return unreachable(settings, oneLine(error.message), error);
  const hint = state.startsWith('53') ? 'free connections on the server, or raise max_connections' : undefined;
  const text = `connecting to ${describeConnection(settings)} failed: ${oneLine(error.message)}`;
  return new ConnectionError('other', text, hint, { cause: error });
}

/** Turns whatever was thrown while connecting into a sentence. */
export function connectionError(settings: ConnectionSettings, thrown: unknown, timeoutMs: number): PgSnapManError {
  if (thrown instanceof PgSnapManError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error instanceof PasswordMissing) return refusedLogin(settings, error.message, error.hint, error);
  if (isTlsError(error)) return tlsFailure(settings, error);
  const why = UNREACHABLE[codeOf(error)];
  if (why !== undefined) return unreachable(settings, why, error);
  if (error.message === 'timeout expired')
    return unreachable(settings, `no answer within ${timeoutMs / 1000} s`, error);
  if (HUNG_UP.test(error.message)) return unreachable(settings, 'the server hung up', error);
  if (error.message.startsWith('SASL')) return refusedLogin(settings, error.message, LOGIN_HINT, error);
  return serverRefusal(settings, error);
}

/** The connection broke after it had been made. */
export function connectionLost(settings: ConnectionSettings, cause: unknown, code?: ErrorCode): ConnectionError {
  const why = cause instanceof Error ? cause.message : 'the server hung up';
  const known = UNREACHABLE[codeOf(cause)] ?? (HUNG_UP.test(why) ? 'the server hung up' : oneLine(why));
  return new ConnectionError(
    'unreachable',
    `the connection to ${describeConnection(settings)} was lost: ${known}`,
    'check that the server still runs, and the network',
    { cause, code },
  );
}
