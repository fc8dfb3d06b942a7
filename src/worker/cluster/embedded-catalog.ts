import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogConnection } from '../../core/connection/connection-settings.ts';
import { PgSnapManError } from '../../core/errors.ts';
import { connect } from '../../sql/connection.ts';
import { connectionSources } from '../../sql/connection-sources.ts';
import { withLock } from '../lock/lock.ts';
import { lookAt } from '../root/check-directory.ts';
import { initRoot } from '../root/root-directory.ts';
import { makePrivateFolder } from './cluster-files.ts';
import {
  clusterIsRunning,
  clusterUrl,
  createCluster,
  loadCluster,
  type PrivateCluster,
  startCluster,
  stopCluster,
} from './private-cluster.ts';
import { accountForNewCluster, isRoot } from './server-account.ts';

const DATABASE = 'pgsnapman';
/** As long as a server may take to recover from a crash. */
const LOCK_TIMEOUT_MS = 90_000;

const catalogDirectory = (root: string): string => join(root, 'catalog');

/** One process at a time makes, starts or stops the embedded catalog of a root directory. */
async function serialized<T>(root: string, work: () => Promise<T>): Promise<T> {
  await mkdir(join(root, 'run'), { recursive: true, mode: 0o700 });
  return await withLock(join(root, 'run', 'catalog.lock'), LOCK_TIMEOUT_MS, work);
}

/** Log files by day of the week, so that they never need cleaning; a small server that wakes up seldom. */
const SETTINGS = {
  max_connections: 50,
  logging_collector: true,
  log_directory: '../log',
  log_filename: 'server-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: 0,
  log_truncate_on_rotation: true,
  log_line_prefix: '%m [%p] %u %a ',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  checkpoint_timeout: '15min',
  bgwriter_delay: '1s',
};

async function createDatabase(cluster: PrivateCluster): Promise<void> {
  const connection = await connect(catalogConnection(clusterUrl(cluster, 'postgres'), connectionSources({})));
  try {
    const found = await connection.row('select from pg_catalog.pg_database where datname = $1', [DATABASE]);
    if (found === undefined) await connection.script(`create database ${DATABASE}`);
  } finally {
    await connection.close();
  }
}

/** As root the server is another account, which must be able to pass through the root directory, and no more. */
async function openTheWay(root: string): Promise<void> {
  const account = await accountForNewCluster();
  await makePrivateFolder(catalogDirectory(root), account);
  await makePrivateFolder(join(catalogDirectory(root), 'log'), account);
  if (isRoot()) await chmod(root, 0o711);
}

/**
 * Makes the embedded catalog of a root directory and starts it; the root directory too, if it is not there. What is
 * there already stays. The schema is installed by the migrations.
 * @throws PgSnapManError configuration when server binaries or the account postgres are missing
 */
export async function initEmbeddedCatalog(root: string): Promise<void> {
  await initRoot(root);
  await serialized(root, async () => {
    let cluster = await loadCluster(catalogDirectory(root));
    if (cluster === null) {
      await openTheWay(root);
      cluster = await createCluster({ directory: catalogDirectory(root), settings: SETTINGS });
    }
    await startCluster(cluster);
    await createDatabase(cluster);
  });
}

async function knownCluster(root: string): Promise<PrivateCluster> {
  const cluster = await loadCluster(catalogDirectory(root));
  if (cluster !== null) return cluster;
  throw new PgSnapManError('configuration', `there is no embedded catalog in ${root}`, 'run: pgsnapman catalog init');
}

/**
 * The URL of the embedded catalog, which is started if it does not run.
 * @throws PgSnapManError catalog_unreachable when there is none or it cannot be started: a worker goes on without it;
 * configuration when the root directory is not to be trusted
 */
export async function ensureEmbeddedCatalog(root: string): Promise<string> {
  await lookAt(root);
  try {
    const cluster = await knownCluster(root);
    if (!(await clusterIsRunning(cluster))) await serialized(root, () => startCluster(cluster));
    return clusterUrl(cluster, DATABASE);
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    throw new PgSnapManError('catalog_unreachable', `catalog: ${error.message}`, error.hint, { cause: error });
  }
}

/** Stops the embedded catalog; the next command that needs it starts it again. */
export async function stopEmbeddedCatalog(root: string): Promise<void> {
  await lookAt(root);
  const cluster = await knownCluster(root);
  await serialized(root, () => stopCluster(cluster));
}
