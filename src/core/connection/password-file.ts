import type { ConnectionSettings } from './settings.ts';

/** Socket directories that a password file calls `localhost`, being the default of some build of libpq. */
const DEFAULT_SOCKET_DIRECTORIES = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** Splits at the first four colons that have no backslash before them; `\:` and `\\` stand for `:` and `\`. */
function splitLine(line: string): string[] {
  const fields = [''];
  for (const [token] of line.matchAll(/\\?./gs)) {
    if (token === ':' && fields.length < 5) fields.push('');
    else fields.push((fields.pop() ?? '') + (token.length === 2 ? token.slice(1) : token));
  }
  return fields;
}

/**
 * The password of the first line of a `.pgpass` file that fits, by libpq's rules
 * (https://www.postgresql.org/docs/current/libpq-pgpass.html); null if none does.
 */
export function findPassword(
  file: string,
  settings: Pick<ConnectionSettings, 'host' | 'port' | 'dbname' | 'user'>,
): string | null {
  const hosts = [settings.host];
  if (DEFAULT_SOCKET_DIRECTORIES.includes(settings.host)) hosts.push('localhost');
  const wanted = [hosts, [String(settings.port)], [settings.dbname], [settings.user]];
  for (const line of file.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const fields = splitLine(line);
    const password = fields[4];
    if (password && wanted.every((values, index) => fields[index] === '*' || values.includes(fields[index] ?? ''))) {
      return password;
    }
  }
  return null;
}
