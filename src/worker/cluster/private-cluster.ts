import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import {
  dataDirectory,
  makePrivateFolder,
  type PrivateCluster,
  readDescription,
  saveDescription,
  writeForAccount,
} from './cluster-files.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { stopCluster } from './cluster-process.ts';
import { accountMap, baseSettings, configurationFile, hostBasedAuthentication } from './cluster-settings.ts';
import { freePort } from './free-port.ts';
import { initdb } from './initdb.ts';
import { accountForNewCluster, SERVER_ACCOUNT, type ServerAccount } from './server-account.ts';
import { serverBinaries } from './server-binaries.ts';

export type { PrivateCluster } from './cluster-files.ts';
export type { ClusterOptions } from './cluster-options.ts';
export { clusterIsRunning, startCluster, stopCluster } from './cluster-process.ts';

/** A socket's path has at most 107 bytes on Linux, 103 elsewhere; `/.s.PGSQL.65535.lock` is not a socket. */
const LONGEST_SOCKET_PATH = 100;
/** What a creation that was killed may have left behind. */
const LEFTOVERS = ['data.new', 'password.new', 'password', 'start.log', 'cluster.json', 'cluster.json.new', 'log'];

/** A comma in a host separates several, for libpq. */
function socketDirectoryFor(directory: string): string {
  const fits = Buffer.byteLength(`${directory}/.s.PGSQL.65535`) <= LONGEST_SOCKET_PATH;
  if (fits && !directory.includes(',')) return directory;
  const temporary = Buffer.byteLength(tmpdir()) <= 40 ? tmpdir() : '/tmp';
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return join(temporary, `pgsnapman-${process.getuid?.() ?? 0}-${name}`);
}

async function refuseForeignContent(directory: string): Promise<void> {
  const others = (await readdir(directory)).filter((name) => !LEFTOVERS.includes(name));
  if (others.length > 0) {
    throw new PgSnapManError('configuration', `${directory} is not empty`, 'choose an empty folder for the cluster');
  }
}

async function writeConfiguration(
  cluster: PrivateCluster,
  options: ClusterOptions,
  data: string,
  account: ServerAccount,
): Promise<void> {
  const settings = { ...baseSettings({ ...cluster, durable: options.durable ?? true }), ...options.settings };
  const file = join(data, 'postgresql.conf');
  // what comes last counts
  await writeForAccount(file, `${await readFile(file, 'utf8')}\n${configurationFile(settings)}`, account);
  const access = hostBasedAuthentication(options.socketAuthentication ?? 'peer', cluster.listen);
  await writeForAccount(join(data, 'pg_hba.conf'), access, account);
  const accounts = [userInfo().username, SERVER_ACCOUNT];
  await writeForAccount(join(data, 'pg_ident.conf'), accountMap(accounts, cluster.superuser), account);
}

/**
 * Makes a cluster and does not start it. As root it belongs to, and runs as, the account postgres. Killed anywhere, it
 * can be called again: the data directory gets its name when everything is in place.
 * @throws PgSnapManError configuration
 */
export async function createCluster(options: ClusterOptions): Promise<PrivateCluster> {
  const { directory } = options;
  const account = await accountForNewCluster();
  const binDirectory = options.binDirectory ?? (await serverBinaries()).directory;
  await makePrivateFolder(directory, account);
  await refuseForeignContent(directory);
  const listen = options.listenLoopback ? '127.0.0.1' : null;
  const cluster: PrivateCluster = {
    directory,
    socketDirectory: socketDirectoryFor(directory),
    port: options.port ?? (options.listenLoopback ? await freePort() : 5432),
    binDirectory,
    superuser: options.superuser ?? 'pgsnapman',
    listen,
  };
  const data = join(directory, 'data.new');
  await initdb(options, binDirectory, data, account);
  await writeConfiguration(cluster, options, data, account);
  await saveDescription(cluster, account);
  await rename(data, dataDirectory(directory));
  return cluster;
}

/** The cluster in a folder; null if there is none. @throws PgSnapManError configuration if it cannot be read */
export function loadCluster(directory: string): Promise<PrivateCluster | null> {
  return readDescription(directory);
}

/** Stops a cluster and removes everything of it. */
export async function removeCluster(cluster: PrivateCluster): Promise<void> {
  await stopCluster(cluster, 'immediate');
  await rm(cluster.directory, { recursive: true, force: true });
  if (cluster.socketDirectory !== cluster.directory) {
    await rm(cluster.socketDirectory, { recursive: true, force: true });
  }
}

/** The URL of a database in the cluster, over its socket, as its superuser. */
export function clusterUrl(cluster: PrivateCluster, dbname: string): string {
  const [user, host, database] = [cluster.superuser, cluster.socketDirectory, dbname].map(encodeURIComponent);
  return `postgresql://${user}@${host}:${cluster.port}/${database}`;
}
