import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PgSnapManError } from '../../core/errors.ts';
import { type ChildResult, runChild } from '../process/run-child.ts';
import {
  dataDirectory,
  makePrivateFolder,
  type PrivateCluster,
  readDescription,
  saveDescription,
  writeForAccount,
} from './cluster-files.ts';
import { stopCluster } from './cluster-process.ts';
import {
  accountMap,
  baseSettings,
  configurationFile,
  hostBasedAuthentication,
  type SettingValue,
} from './cluster-settings.ts';
import { freePort } from './free-port.ts';
import { accountForNewCluster, SERVER_ACCOUNT, type ServerAccount } from './server-account.ts';
import { serverBinaries } from './server-binaries.ts';

export type { PrivateCluster } from './cluster-files.ts';
export { clusterIsRunning, startCluster, stopCluster } from './cluster-process.ts';

export interface ClusterOptions {
  directory: string;
  /** Default: the newest server binaries of the machine. */
  binDirectory?: string;
  superuser?: string;
  port?: number;
  /** Listen on 127.0.0.1 with SCRAM passwords, on a free port unless one is given. */
  listenLoopback?: boolean;
  /** Who may use the socket: our own account as the superuser (peer), or whoever reaches it, as anybody (trust). */
  socketAuthentication?: 'peer' | 'trust';
  settings?: Readonly<Record<string, SettingValue>>;
  /** False: no fsync; for throw-away clusters only. */
  durable?: boolean;
  /** Of the superuser. */
  password?: string;
  initdbArguments?: readonly string[];
}

/** A socket's path has at most 107 bytes on Linux, 103 elsewhere; `/.s.PGSQL.65535.lock` is not a socket. */
const LONGEST_SOCKET_PATH = 100;
/** What a creation that was killed may have left behind. */
const LEFTOVERS = ['data.new', 'password.new', 'password', 'start.log', 'cluster.json', 'cluster.json.new', 'log'];

function socketDirectoryFor(directory: string): string {
  if (Buffer.byteLength(`${directory}/.s.PGSQL.65535`) <= LONGEST_SOCKET_PATH) return directory;
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

function initdbFailure(directory: string, result: ChildResult): PgSnapManError {
  const error = result.stderrTail.findLast((line) => line.includes('error:')) ?? result.stderrTail.at(-1) ?? '';
  const hint = error.includes('ermission denied')
    ? `every folder above ${directory} must let the account ${SERVER_ACCOUNT} pass (chmod o+x)`
    : undefined;
  const reason = result.startError ?? (error || 'no reason given');
  return new PgSnapManError('configuration', `initdb failed in ${directory}: ${reason}`, hint);
}

/** Encoding and locale are said explicitly: our children run with LC_ALL=C. C.UTF-8 is not everywhere. */
async function initdb(
  options: ClusterOptions,
  binDirectory: string,
  data: string,
  account: ServerAccount,
): Promise<void> {
  const given = options.initdbArguments ?? [];
  const says = (pattern: RegExp): boolean => given.some((argument) => pattern.test(argument));
  const args = ['-D', data, '-U', options.superuser ?? 'pgsnapman', '--auth=peer', ...given];
  if (!says(/^(--encoding|-E)/)) args.push('--encoding=UTF8');
  if (options.durable === false) args.push('--no-sync');
  const passwordFile = join(options.directory, 'password');
  if (options.password !== undefined) {
    await writeForAccount(passwordFile, `${options.password}\n`, account);
    args.push(`--pwfile=${passwordFile}`);
  }
  const locales = says(/^(--locale=|--no-locale|--lc-)/) ? [[]] : [['--locale=C.UTF-8'], ['--locale=C']];
  let result: ChildResult | null = null;
  for (const locale of locales) {
    await rm(data, { recursive: true, force: true });
    const command = { file: join(binDirectory, 'initdb'), args: [...args, ...locale], env: {} };
    result = await runChild(command, account === null ? {} : { account });
    if (result.exitCode === 0 || !result.stderrTail.join('\n').includes('locale')) break;
  }
  await rm(passwordFile, { force: true });
  if (result !== null && result.exitCode !== 0) throw initdbFailure(options.directory, result);
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
