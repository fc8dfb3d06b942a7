import { lstatSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';

/** What is wrong with a folder that should be a root directory, or nothing. */
export interface DirectoryState {
  exists: boolean;
  mode: number;
}

/**
 * Checks that `path` can be trusted as a root directory: absolute, a real folder, ours, closed to others. A root
 * directory of root that holds an embedded catalog may be passed through (0711): the server runs as another account.
 * @throws PgSnapManError configuration
 */
export function checkRootDirectory(path: string): void {
  const { exists, mode } = lookAt(path);
  if (!exists) {
    throw new PgSnapManError(
      'configuration',
      `root directory ${path} does not exist`,
      'run `pgsnapman worker init` first',
    );
  }
  if (process.platform === 'win32' || mode === 0o700) return;
  if (mode === 0o711 && process.geteuid?.() === 0 && holdsCatalog(path)) return;
  throw new PgSnapManError(
    'configuration',
    `root directory ${path} is open to others (mode ${mode.toString(8).padStart(4, '0')})`,
    `chmod 700 ${path}, if everything in it is yours`,
  );
}

/** @throws PgSnapManError configuration if it is there and is not a folder of ours */
export function lookAt(path: string): DirectoryState {
  if (!isAbsolute(path)) {
    throw new PgSnapManError('configuration', `root directory ${path} is not an absolute path`, 'begin it with /');
  }
  const stat = lstatIfThere(path);
  if (stat === null) return { exists: false, mode: 0 };
  if (stat.isSymbolicLink() || !stat.isDirectory()) {
    const what = stat.isSymbolicLink() ? 'is a symbolic link' : 'is not a folder';
    throw new PgSnapManError('configuration', `root directory ${path} ${what}`, 'give the real folder in worker.root');
  }
  if (process.geteuid !== undefined && stat.uid !== process.geteuid()) {
    throw new PgSnapManError(
      'configuration',
      `root directory ${path} belongs to another account (user id ${stat.uid})`,
      'run pgsnapman as that account, or give a root directory of your own in worker.root or PGSNAPMAN_ROOT',
    );
  }
  return { exists: true, mode: stat.mode & 0o7777 };
}

/**
 * Whether a folder inside the root directory is there.
 * @throws PgSnapManError configuration if it leads out of it
 */
export function isFolderInside(path: string): boolean {
  const stat = lstatIfThere(path);
  if (stat !== null && !stat.isDirectory()) {
    throw new PgSnapManError(
      'configuration',
      `${path} is not a folder`,
      'put a real folder there; symbolic links are not followed',
    );
  }
  return stat !== null;
}

function holdsCatalog(path: string): boolean {
  return lstatIfThere(join(path, 'catalog')) !== null;
}

/** At once: a tick looks at a dozen folders, and waiting for another thread costs ten times what a look does. */
function lstatIfThere(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new PgSnapManError(
      'configuration',
      `${path} cannot be looked at: ${(error as Error).message}`,
      'check the path and its permissions',
    );
  }
}
