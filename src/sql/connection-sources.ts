import { existsSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSources } from '../core/connection/connection-settings.ts';

/** Where distributions keep the connection service file that is for everybody. */
const SYSTEM_DIRECTORIES = ['/etc/postgresql-common', '/etc/sysconfig/pgsql', '/etc'];

function readIfThere(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}

/** The socket directory that the machine's own tools use; Windows has none. */
function defaultHost(): string {
  if (process.platform === 'win32') return 'localhost';
  return existsSync('/var/run/postgresql') || process.platform === 'linux' ? '/var/run/postgresql' : '/tmp';
}

/** Reads what libpq would read: environment, account, and the connection service files in order of precedence. */
export function connectionSources(env: NodeJS.ProcessEnv = process.env): ConnectionSources {
  const own = env.PGSERVICEFILE || join(env.HOME || homedir(), '.pg_service.conf');
  const shared = env.PGSYSCONFDIR ? [env.PGSYSCONFDIR] : SYSTEM_DIRECTORIES;
  const paths = [own, ...shared.map((directory) => join(directory, 'pg_service.conf'))];
  return {
    env,
    account: userInfo().username,
    serviceFiles: paths.flatMap(readIfThere),
    defaultHost: defaultHost(),
  };
}
