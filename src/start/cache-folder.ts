import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder in which compiled code is kept between runs: one of the user's own. Node's default is in the temporary
 * folder, where others could put code for us to run; so is a home that somebody else may write to, as when `sudo` keeps
 * HOME. Null: there is none that can be trusted.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  const home = env.XDG_CACHE_HOME || (env.HOME ? join(env.HOME, '.cache') : env.LOCALAPPDATA);
  if (!home) return null;
  const folder = join(home, 'pgsnapman');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isOurs(folder) ? folder : null;
  } catch {
    return null;
  }
}

function isOurs(folder: string): boolean {
  const found = lstatSync(folder);
  if (!found.isDirectory()) return false;
  return process.geteuid === undefined || (found.uid === process.geteuid() && (found.mode & 0o022) === 0);
}
