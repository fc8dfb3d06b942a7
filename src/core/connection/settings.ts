import type { SslMode } from '../model/configuration.ts';

/**
 * Everything that is needed to reach one database, resolved: nothing is left to be looked up in an environment or a
 * file. The same settings connect `pg` and the Postgres tools, so both reach the same server in the same way.
 */
export interface ConnectionSettings {
  /** Host name, address, or the absolute path of a socket directory. */
  host: string;
  /** Address to connect to instead of looking `host` up, as libpq's parameter of that name. */
  hostaddr?: string;
  port: number;
  user: string;
  dbname: string;
  sslmode: SslMode;
  /** Files on the machine that connects; `system` as root certificate means the system's own certificates. */
  sslrootcert?: string;
  sslcert?: string;
  sslkey?: string;
  /** From a URL, a service file or PGPASSWORD only; never printed. Without one the password file is asked. */
  password?: string;
  /** Password file; without one libpq's usual place. */
  passfile?: string;
  /** Command line options for the server, as libpq's parameter of that name. */
  options?: string;
  /** Further libpq parameters that have a variable in the environment, by keyword. */
  extra?: Readonly<Record<string, string>>;
  /** 0: no limit. */
  connectTimeoutMs: number;
}
