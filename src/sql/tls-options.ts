import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { ConnectionSettings } from '../core/connection/connection-settings.ts';
import { ConnectionError, codeOf } from './connection-error.ts';

/** A file that libpq looks for by itself; null if it is not there. A file that was named must be there. */
async function readCertificate(named: string | undefined, usual: string, what: string): Promise<string | null> {
  try {
    return await readFile(named ?? join(homedir(), '.postgresql', usual), 'utf8');
  } catch (error) {
    if (named === undefined && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return null;
    throw new ConnectionError('tls', `${what} "${named ?? usual}" cannot be read: ${codeOf(error)}`, undefined, {
      cause: error,
    });
  }
}

async function certificateAuthorities(settings: ConnectionSettings): Promise<string | string[] | null> {
  if (settings.sslrootcert !== 'system') {
    return await readCertificate(settings.sslrootcert, 'root.crt', 'root certificate file');
  }
  // Node's TLS is slow to load: a tick that reaches its catalog without TLS does not need it.
  if (settings.sslmode === 'verify-full') return (await import('node:tls')).getCACertificates('system');
  throw new ConnectionError(
    'tls',
    `sslmode "${settings.sslmode}" is too weak for sslrootcert=system`,
    'use sslmode verify-full',
  );
}

/**
 * libpq's meaning of sslmode for Node (https://www.postgresql.org/docs/current/libpq-ssl.html): the certificate is
 * checked by verify-ca, by verify-full with the host name, and by every mode if a root certificate file is there.
 * @throws ConnectionError tls for a file that is missing or cannot be read
 */
export async function tlsOptions(settings: ConnectionSettings): Promise<ConnectionOptions> {
  const ca = await certificateAuthorities(settings);
  if (ca === null && settings.sslmode.startsWith('verify')) {
    throw new ConnectionError(
      'tls',
      `sslmode "${settings.sslmode}" needs a root certificate and there is none`,
      'name it with sslrootcert, put it into ~/.postgresql/root.crt, or use sslrootcert=system',
    );
  }
  const cert = await readCertificate(settings.sslcert, 'postgresql.crt', 'certificate file');
  const key = cert === null ? null : await readCertificate(settings.sslkey, 'postgresql.key', 'private key file');
  return {
    host: settings.host,
    ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
    rejectUnauthorized: ca !== null,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(settings.sslmode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
