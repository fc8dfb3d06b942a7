import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { stopEmbeddedCatalog } from '../../worker/cluster/embedded-catalog.ts';
import { loadCluster, removeCluster } from '../../worker/cluster/private-cluster.ts';
import { type Lock, tryLock } from '../../worker/lock/lock.ts';

/** Everything that a demo makes lies in one folder; these are its parts. */
export interface DemoFolder {
  path: string;
  configurationFile: string;
  /** Root directory of the demo's worker, with the embedded catalog. */
  root: string;
  production: string;
  test: string;
  /** For the verification; empty otherwise. */
  scratch: string;
}

/** A folder that nobody else works in. */
export interface LockedDemoFolder extends DemoFolder {
  lock: Lock;
}

const MARKER = 'pgsnapman-demo.txt';
const LOCK = 'demo.lock';
const MARKER_TEXT = 'This folder was made by `pgsnapman demo`; the next demo replaces everything in it.\n';

export function defaultDemoDirectory(): string {
  const account = process.getuid?.() ?? userInfo().username;
  return join(tmpdir(), `pgsnapman-demo-${account}`);
}

/**
 * Makes the folder of a demo, or empties the one that an earlier demo left, with its clusters stopped.
 * @throws PgSnapManError configuration for a folder that no demo made; busy while another demo runs in it
 */
export async function prepareFolder(directory: string): Promise<LockedDemoFolder> {
  const path = resolve(directory);
  await refuseForeign(path);
  // The account postgres has to pass through root's folder to its clusters; everything in it is closed again.
  await mkdir(path, { recursive: true, mode: 0o711 });
  await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
  await writeFile(join(path, MARKER), MARKER_TEXT, { mode: 0o600 });
  const lock = tryLock(join(path, LOCK));
  if (lock === null) {
    throw new PgSnapManError(
      'busy',
      `a demo is running in ${path}`,
      'wait for its end, or give another folder with --dir',
    );
  }
  const folder = { ...partsOf(path), lock };
  try {
    await removeEarlierDemo(folder);
  } catch (error) {
    lock.release();
    throw error;
  }
  return folder;
}

/**
 * The folder of a demo that has run, as it is.
 * @throws PgSnapManError not_found if no demo has run there
 */
export async function findFolder(directory: string): Promise<DemoFolder> {
  const path = resolve(directory);
  await refuseForeign(path);
  if ((await lstat(join(path, MARKER)).catch(() => null)) !== null) return partsOf(path);
  throw new PgSnapManError('not_found', `no demo has run in ${path}`, 'name its folder with --dir');
}

const partsOf = (path: string): DemoFolder => ({
  path,
  configurationFile: join(path, 'pgsnapman.toml'),
  root: join(path, 'root'),
  production: join(path, 'production'),
  test: join(path, 'test'),
  scratch: join(path, 'scratch'),
});

async function refuseForeign(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new PgSnapManError('configuration', `${path} is not a folder of yours`, 'give another folder with --dir');
  }
  const names = await readdir(path);
  if (names.length === 0 || names.includes(MARKER)) return;
  throw new PgSnapManError(
    'configuration',
    `${path} was not made by a demo, so it is left as it is`,
    'give an empty or a new folder with --dir',
  );
}

async function removeEarlierDemo(folder: DemoFolder): Promise<void> {
  await stopEmbeddedCatalog(folder.root).catch(() => {}); // there may be none; what runs is ended with its folder
  for (const directory of [folder.production, folder.test]) {
    const cluster = await loadCluster(directory);
    if (cluster !== null) await removeCluster(cluster);
  }
  for (const name of await readdir(folder.path)) {
    if (name !== MARKER && name !== LOCK) await rm(join(folder.path, name), { recursive: true, force: true });
  }
}
