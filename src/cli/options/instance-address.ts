import { PgSnapManError } from '../../core/errors.ts';

export interface InstanceAddress {
  host: string;
  port: number;
}

/** A name or address, or a socket directory: nothing that means something to a shell, to SQL or in libpq's settings. */
const HOST = /^(\/[\p{L}\p{N}._/+@~=%-]*|[\p{L}\p{N}_][\p{L}\p{N}._-]*|[0-9a-f:.]+(%[\w.-]+)?)$/iu;

/**
 * Reads `HOST[:PORT]`: a name, an address (IPv6 with a port in brackets), `local`, or a socket directory.
 * @throws PgSnapManError usage
 */
export function parseAddress(text: string): InstanceAddress {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const bareIPv6 = !text.startsWith('/') && text.split(':').length > 2;
  const match = bracketed ?? (bareIPv6 ? /^([0-9a-f:.]+(?:%[\w.-]+)?)$/i : /^([^:]+)(?::(\d+))?$/).exec(text);
  const [, host, portText = '5432'] = match ?? [];
  const port = Number(portText);
  if (host === undefined || !HOST.test(host) || port < 1 || port > 65_535) {
    throw new PgSnapManError(
      'usage',
      `"${text}" is not a host and port`,
      'HOST, HOST:PORT, [IPV6]:PORT, /socket/directory:PORT or local',
    );
  }
  return { host, port };
}
