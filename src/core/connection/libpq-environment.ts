import { PgSnapManError } from '../errors.ts';
import { PARAMETER_VARIABLES } from './parameters.ts';
import type { ConnectionSettings } from './settings.ts';

function refuseNul(value: string): string {
  if (value.includes('\0')) throw new PgSnapManError('configuration', 'a connection setting contains a NUL character');
  return value;
}

/**
 * Variables that make a Postgres tool connect exactly there, without anything in its arguments. The name of the database
 * goes in verbatim: unlike a bare argument, PGDATABASE is never read as a connection string.
 */
export function libpqEnvironment(settings: ConnectionSettings): Record<string, string> {
  const { host, hostaddr, port, user, dbname, sslmode, sslrootcert, sslcert, sslkey, password, passfile } = settings;
  const parameters = { host, hostaddr, port: String(port), user, dbname, sslmode, sslrootcert, sslcert, sslkey };
  const result: Record<string, string> = {};
  for (const [keyword, value] of Object.entries({ ...parameters, password, passfile, ...settings.extra })) {
    const variable = PARAMETER_VARIABLES[keyword];
    if (variable !== undefined && value !== undefined) result[variable] = refuseNul(value);
  }
  if (settings.options !== undefined) result.PGOPTIONS = refuseNul(settings.options);
  result.PGCONNECT_TIMEOUT = String(Math.ceil(settings.connectTimeoutMs / 1000));
  return result;
}

/** A value as it stands in a connection string, quotes included: `dbname=${conninfoValue(name)}`. */
export function conninfoValue(value: string): string {
  return `'${refuseNul(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
