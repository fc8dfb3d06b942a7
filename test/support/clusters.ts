/**
 * Postgres clusters for tests, each in a folder of its own under the system's temporary folder.
 *
 *   import { startTestCluster, startTestCatalog, type TestCluster } from '../support/clusters.ts';
 *
 *   let cluster: TestCluster;
 *   beforeAll(async () => { cluster = await startTestCluster(); });   // about a second
 *   afterAll(() => cluster?.remove());
 *
 *   cluster.url('shop')                        postgresql://… over the Unix socket, as the superuser; no name: postgres
 *   cluster.url('shop', 'alice')               the same as another role: the socket trusts everybody
 *   cluster.settings('shop')                   the same as ConnectionSettings, for connect() and libpqEnvironment()
 *   cluster.instance                           { host, port, username } for a row of pgsnapman.instance
 *   await cluster.psql('shop', 'create table t (i int)')    psql's output, unaligned, without heads; throws on any error
 *   const c = await cluster.connect('shop')    a Connection, closed by remove() if you do not
 *   await cluster.stop(); await cluster.start(); await cluster.stop('immediate')   // as after a crash
 *
 * With `{ loopback: true }` it also listens on 127.0.0.1 with SCRAM passwords; then `cluster.password` is the
 * superuser's and `cluster.tcpUrl('shop')` a URL without password (`tcpUrl(db, user, password)` with one).
 * `settings` are lines of postgresql.conf (`{ wal_level: 'logical', max_wal_senders: 4 }`), `initdbArguments` go to
 * initdb (`['--locale-provider=icu', '--icu-locale=de']`, `['--encoding=LATIN1', '--locale=C']`).
 *
 * `startTestCatalog()` is a cluster with a database `catalog` in which the catalog is installed; `catalogUrl` leads there.
 *
 * Servers have no fsync, 100 connections, and as root they run as the account postgres. Several test files and processes
 * may use this at a time. When the test process ends, in whatever way, its clusters are stopped and removed: a small
 * shell waits for the end of a pipe that only the test process holds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConnectionSettings,
  catalogConnection,
  libpqEnvironment,
} from '../../src/core/connection/connection-settings.ts';
import { type Connection, connect } from '../../src/sql/connection.ts';
import { connectionSources } from '../../src/sql/connection-sources.ts';
import { migrateCatalog } from '../../src/sql/migrate.ts';
import {
  type ClusterOptions,
  clusterUrl,
  createCluster,
  removeCluster,
  startCluster,
  stopCluster,
} from '../../src/worker/cluster/private-cluster.ts';
import { runChild } from '../../src/worker/process/run-child.ts';

export interface TestClusterOptions {
  loopback?: boolean;
  settings?: Record<string, string | number | boolean>;
  initdbArguments?: string[];
  /** Default: the newest server of the machine. */
  binDirectory?: string;
  superuser?: string;
}

export interface TestCluster {
  directory: string;
  binDirectory: string;
  socketDirectory: string;
  port: number;
  superuser: string;
  /** Of the superuser, over loopback. */
  password: string;
  /** Columns of pgsnapman.instance that lead here over the socket. */
  instance: { host: string; port: number; username: string };
  url(dbname?: string, user?: string): string;
  tcpUrl(dbname?: string, user?: string, password?: string): string;
  settings(dbname?: string, user?: string): ConnectionSettings;
  psql(dbname: string, sql: string): Promise<string>;
  connect(dbname?: string, user?: string): Promise<Connection>;
  start(): Promise<void>;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Closes what `connect` opened, stops the server and removes its folder. Calling it twice does no harm. */
  remove(): Promise<void>;
}

const PASSWORD = 'only-for-tests';

/** Reads folders from its standard input; when that ends, stops the servers in them and removes the folders. */
const WATCHER = `
set --
while IFS= read -r folder; do set -- "$@" "$folder"; done
for folder in "$@"; do
  pid=$(head -n 1 "$folder/c/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
  tries=0
  while [ -n "$pid" ] && [ "$tries" -lt 50 ] && kill -0 "$pid" 2>/dev/null; do tries=$((tries + 1)); sleep 0.1; done
  rm -rf "$folder"
done`;

let watcher: ChildProcess | null = null;

/** From now on the folder does not outlive this process. */
function watch(folder: string): void {
  if (watcher === null) {
    watcher = spawn('/bin/sh', ['-c', WATCHER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    watcher.unref();
    (watcher.stdin as unknown as { unref?: () => void })?.unref?.();
  }
  watcher.stdin?.write(`${folder}\n`);
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgsm-'));
  watch(folder);
  await chmod(folder, 0o711); // as root the server runs as another account, which must get through
  return folder;
}

const literal = (text: string): string => encodeURIComponent(text);

/** Makes and starts a cluster; see the top of this file. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const folder = await temporaryFolder();
  const clusterOptions: ClusterOptions = {
    directory: join(folder, 'c'),
    socketAuthentication: 'trust',
    durable: false,
    listenLoopback: options.loopback ?? false,
    settings: { shared_buffers: '16MB', ...options.settings },
    ...(options.loopback ? { password: PASSWORD } : {}),
    ...(options.initdbArguments === undefined ? {} : { initdbArguments: options.initdbArguments }),
    ...(options.binDirectory === undefined ? {} : { binDirectory: options.binDirectory }),
    ...(options.superuser === undefined ? {} : { superuser: options.superuser }),
  };
  const cluster = await createCluster(clusterOptions);
  await startCluster(cluster);
  return testCluster(cluster, folder);
}

function testCluster(cluster: Awaited<ReturnType<typeof createCluster>>, folder: string): TestCluster {
  const { superuser, port, socketDirectory } = cluster;
  const open = new Set<Connection>();
  const url: TestCluster['url'] = (dbname = 'postgres', user = superuser) =>
    clusterUrl({ ...cluster, superuser: user }, dbname);
  const settings: TestCluster['settings'] = (dbname, user) =>
    catalogConnection(url(dbname, user), { ...connectionSources({}), env: {} });
  return {
    ...cluster,
    password: PASSWORD,
    instance: { host: socketDirectory, port, username: superuser },
    url,
    tcpUrl: (dbname = 'postgres', user = superuser, password?: string) =>
      `postgresql://${literal(user)}${password === undefined ? '' : `:${literal(password)}`}@127.0.0.1:${port}/${literal(dbname)}`,
    settings,
    async psql(dbname, sql) {
      const result = await runChild(
        {
          file: join(cluster.binDirectory, 'psql'),
          args: ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-'],
          env: libpqEnvironment(settings(dbname)),
        },
        { stdin: sql },
      );
      if (result.exitCode === 0) return result.stdout.trimEnd();
      throw new Error(`psql: ${result.startError ?? result.stderrTail.join('\n')}`);
    },
    async connect(dbname, user) {
      const connection = await connect(settings(dbname, user), { session: { search_path: '"$user", public' } });
      open.add(connection);
      return connection;
    },
    start: () => startCluster(cluster),
    stop: (mode) => stopCluster(cluster, mode),
    async remove() {
      await Promise.all([...open].map((connection) => connection.close()));
      await removeCluster(cluster);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A cluster with an installed catalog in its database `catalog`. */
export async function startTestCatalog(
  options: TestClusterOptions = {},
): Promise<TestCluster & { catalogUrl: string }> {
  const cluster = await startTestCluster(options);
  try {
    await cluster.psql('postgres', 'create database catalog');
    await migrateCatalog(await cluster.connect('catalog'));
  } catch (error) {
    await cluster.remove();
    throw error;
  }
  return { ...cluster, catalogUrl: cluster.url('catalog') };
}
