import { PgSnapManError } from '../errors.ts';
import { acceptParameter, type Parameters } from './parameters.ts';

const HINT = 'a connection URL looks like postgresql://user@host:5432/dbname?sslmode=verify-full';

/** Never holds the URL itself: it may contain a password. */
const refuse = (reason: string): PgSnapManError =>
  new PgSnapManError('configuration', `the connection URL ${reason}`, HINT);

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (decoded.includes('\0')) throw refuse('contains %00');
    return decoded;
  } catch (error) {
    throw error instanceof PgSnapManError ? error : refuse('contains a % that is not followed by two digits of UTF-8');
  }
}

/** Splits `host`, `host:port` or `[address]:port`. */
function parseHost(text: string): { host: string; port: string } {
  if (text.includes(',')) throw refuse('names several hosts, which is not supported');
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/.exec(text);
  if (!match) throw refuse('has a host that cannot be read');
  return { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}

function parseQuery(query: string, result: Record<string, string>): void {
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw refuse('has a parameter without =');
    const keyword = decode(pair.slice(0, equals));
    const value = decode(pair.slice(equals + 1));
    if (keyword === 'ssl' && value === 'true') acceptParameter(result, 'sslmode', 'require', 'the connection URL');
    else acceptParameter(result, keyword, value, 'the connection URL');
  }
}

/**
 * Reads a connection URL as libpq does (https://www.postgresql.org/docs/current/libpq-connect.html, 34.1.1.2): every
 * part may be missing or percent-encoded, a parameter after `?` replaces the part of the same name.
 * @throws PgSnapManError configuration
 */
export function parseConnectionUrl(url: string): Parameters {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(url);
  if (!match) throw refuse('does not begin with postgresql://');
  const [, userInfo = '', hostInfo = '', dbname = '', query = ''] = match;
  const colon = userInfo.indexOf(':');
  const { host, port } = parseHost(hostInfo);
  const parts = {
    user: colon < 0 ? userInfo : userInfo.slice(0, colon),
    password: colon < 0 ? '' : userInfo.slice(colon + 1),
    host,
    port,
    dbname,
  };
  const result: Record<string, string> = {};
  for (const [keyword, text] of Object.entries(parts)) if (text !== '') result[keyword] = decode(text);
  parseQuery(query, result);
  return result;
}
