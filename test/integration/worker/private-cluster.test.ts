import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogConnection } from '../../../src/core/connection/connection-settings.ts';
import { connect } from '../../../src/sql/connection.ts';
import { connectionSources } from '../../../src/sql/connection-sources.ts';
import {
  type ClusterOptions,
  clusterIsRunning,
  clusterUrl,
  createCluster,
  loadCluster,
  type PrivateCluster,
  removeCluster,
  startCluster,
  stopCluster,
} from '../../../src/worker/cluster/private-cluster.ts';
import { findServerBinaries, serverBinaries } from '../../../src/worker/cluster/server-binaries.ts';
import { startTestCluster } from '../../support/clusters.ts';

let folder: string;
const made: PrivateCluster[] = [];
const isRoot = process.getuid?.() === 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cl-'));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const cluster of made.splice(0)) await removeCluster(cluster);
  await rm(folder, { recursive: true, force: true });
});

async function create(options: Partial<ClusterOptions> = {}): Promise<PrivateCluster> {
  const cluster = await createCluster({ directory: join(folder, 'c'), durable: false, ...options });
  made.push(cluster);
  return cluster;
}

async function ask<T>(url: string, sql: string): Promise<T | undefined> {
  const c = await connect(catalogConnection(url, connectionSources({})));
  try {
    return await c.row<T>(sql);
  } finally {
    await c.close();
  }
}

const pidFile = (cluster: PrivateCluster) => join(cluster.directory, 'data', 'postmaster.pid');
const pidOf = (cluster: PrivateCluster) => Number(readFileSync(pidFile(cluster), 'utf8').split('\n')[0]);

async function killServer(cluster: PrivateCluster): Promise<void> {
  const pid = pidOf(cluster);
  process.kill(pid, 'SIGKILL');
  while (existsSync(`/proc/${pid}/cwd`)) await sleep(20);
}

describe('a private cluster', () => {
  test('runs for our own account over its socket only, and remembers what it is', async () => {
    const cluster = await create({ settings: { work_mem: '5MB' }, durable: true });
    expect(await clusterIsRunning(cluster)).toBe(false);
    await startCluster(cluster);
    await startCluster(cluster);
    expect(await clusterIsRunning(cluster)).toBe(true);
    expect(await loadCluster(cluster.directory)).toEqual(cluster);
    const sql = `select current_user as user, current_setting('listen_addresses') as listen, current_setting('work_mem') as mem,
      current_setting('server_encoding') as encoding, current_setting('fsync') as fsync`;
    expect(await ask(clusterUrl(cluster, 'postgres'), sql)).toEqual({
      user: 'pgsnapman',
      listen: '',
      mem: '5MB',
      encoding: 'UTF8',
      fsync: 'on',
    });
    await expect(ask(clusterUrl({ ...cluster, superuser: 'somebody' }, 'postgres'), 'select 1')).rejects.toMatchObject({
      reason: 'authentication',
    });
    const { mode } = await stat(cluster.directory);
    expect(mode & 0o777).toBe(0o700);
    await stopCluster(cluster);
    await stopCluster(cluster);
    expect(await clusterIsRunning(cluster)).toBe(false);
  });

  test.runIf(isRoot)('of root runs as another account', async () => {
    const cluster = await create();
    await startCluster(cluster);
    const { uid } = await stat(join(cluster.directory, 'data'));
    expect(uid).not.toBe(0);
    expect((await stat(`/proc/${pidOf(cluster)}`)).uid).toBe(uid);
  });

  test('takes passwords over loopback on a port of its own', async () => {
    const cluster = await create({ listenLoopback: true, password: "it's secret" });
    await startCluster(cluster);
    const url = (password: string) =>
      `postgresql://pgsnapman:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/postgres`;
    expect(await ask(url("it's secret"), 'select 1 as one')).toEqual({ one: 1 });
    await expect(ask(url('wrong'), 'select 1')).rejects.toMatchObject({ reason: 'authentication' });
    expect(existsSync(join(cluster.directory, 'password'))).toBe(false);
  });

  test('takes arguments for initdb', async () => {
    const cluster = await create({ initdbArguments: ['--encoding=LATIN1', '--locale=C'], superuser: 'boss' });
    await startCluster(cluster);
    expect(
      await ask(
        clusterUrl(cluster, 'postgres'),
        `select current_setting('server_encoding') as encoding, current_user as user`,
      ),
    ).toEqual({ encoding: 'LATIN1', user: 'boss' });
  });

  test('whose path is too long for a socket, or has odd characters, has its socket elsewhere or quoted', async () => {
    const long = join(folder, 'x'.repeat(90));
    await mkdir(long);
    await chmod(long, 0o711);
    const cluster = await create({ directory: join(long, 'c') });
    expect(cluster.socketDirectory).not.toBe(cluster.directory);
    await startCluster(cluster);
    expect((await stat(cluster.socketDirectory)).mode & 0o777).toBe(0o700);
    await stopCluster(cluster);
    await rm(cluster.socketDirectory, { recursive: true });
    await startCluster(cluster);
    expect(await ask(clusterUrl(cluster, 'postgres'), 'select 1 as one')).toEqual({ one: 1 });
    await removeCluster(cluster);
    expect(existsSync(cluster.socketDirectory) || existsSync(cluster.directory)).toBe(false);

    const odd = await create({ directory: join(folder, 'a, \'b\' "ü" $HOME') });
    await startCluster(odd);
    expect(await ask(clusterUrl(odd, 'postgres'), 'select 1 as one')).toEqual({ one: 1 });
  });

  test('starts again after it was killed', async () => {
    const cluster = await create();
    await startCluster(cluster);
    await killServer(cluster);
    expect(await clusterIsRunning(cluster)).toBe(false);
    await startCluster(cluster);
    expect(await ask(clusterUrl(cluster, 'postgres'), 'select 1 as one')).toEqual({ one: 1 });
  });

  test('starts again when another process has got the number of the killed server', async () => {
    const cluster = await create();
    await startCluster(cluster);
    const text = readFileSync(pidFile(cluster), 'utf8');
    await killServer(cluster);
    const { uid, gid } = await stat(join(cluster.directory, 'data'));
    // of the server's own account, or Postgres would see by itself that it is no server
    const bystander = spawn('/bin/sleep', ['60'], isRoot ? { uid, gid } : {});
    try {
      for (const path of [pidFile(cluster), join(cluster.socketDirectory, `.s.PGSQL.${cluster.port}.lock`)]) {
        writeFileSync(path, text.replace(/^\d+/, String(bystander.pid)));
      }
      expect(await clusterIsRunning(cluster)).toBe(false);
      await startCluster(cluster);
      expect(await ask(clusterUrl(cluster, 'postgres'), 'select 1 as one')).toEqual({ one: 1 });
      expect(bystander.exitCode).toBeNull();
    } finally {
      bystander.kill();
    }
  });

  test('finds its binaries again after they moved', async () => {
    const cluster = await create();
    await startCluster({ ...cluster, binDirectory: '/nowhere/bin' });
    expect((await loadCluster(cluster.directory))?.binDirectory).toBe((await serverBinaries()).directory);
  });

  test('that cannot start says what the server said', async () => {
    const cluster = await create({ settings: { shared_buffers: 'a lot' } });
    await expect(startCluster(cluster)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/does not start: .*FATAL/),
      hint: `see ${join(cluster.directory, 'start.log')}`,
    });
  });
});

describe('making a cluster', () => {
  test('can be done again after it was killed in the middle', async () => {
    const directory = join(folder, 'c');
    await mkdir(join(directory, 'data.new', 'base'), { recursive: true });
    await writeFile(join(directory, 'password'), 'x');
    expect(await loadCluster(directory)).toBeNull();
    const cluster = await create();
    await startCluster(cluster);
    expect(existsSync(join(directory, 'data.new'))).toBe(false);
  });

  test('never touches a folder with other things in it', async () => {
    await mkdir(join(folder, 'c'));
    await writeFile(join(folder, 'c', 'letter.txt'), 'dear');
    await expect(create()).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('is not empty'),
    });
    const cluster = await create({ directory: join(folder, 'd') });
    await expect(create({ directory: cluster.directory })).rejects.toMatchObject({ code: 'configuration' });
  });

  test('says what initdb said', async () => {
    await expect(create({ initdbArguments: ['--encoding=KLINGON'] })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/^initdb failed in .*KLINGON/),
    });
  });

  test.runIf(isRoot)('as root in a folder that nobody else may pass says what to do', async () => {
    await chmod(folder, 0o700);
    await expect(create()).rejects.toMatchObject({ code: 'configuration', hint: expect.stringContaining('chmod o+x') });
  });

  test('needs server binaries of a version that is there', async () => {
    const found = await findServerBinaries();
    expect(found.length).toBeGreaterThan(0);
    await expect(serverBinaries(7)).rejects.toMatchObject({
      code: 'configuration',
      message: 'no server binaries of PostgreSQL 7 found (initdb, pg_ctl)',
    });
  });
});

describe('clusters for tests', () => {
  test('are gone after remove, and remove may be called twice', async () => {
    const cluster = await startTestCluster();
    const pid = pidOf(cluster as unknown as PrivateCluster);
    await cluster.remove();
    await cluster.remove();
    expect(existsSync(cluster.directory)).toBe(false);
    while (existsSync(`/proc/${pid}/cwd`)) await sleep(20);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('do not outlive a process that ends by %s', async (signal) => {
    const kit = fileURLToPath(new URL('../../support/clusters.ts', import.meta.url));
    const program = `const { startTestCluster } = await import(${JSON.stringify(kit)});
      const cluster = await startTestCluster(); console.log(cluster.directory); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const directory = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data).trim())),
    );
    const pid = Number(readFileSync(join(directory, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    child.kill(signal);
    while (existsSync(directory) || existsSync(`/proc/${pid}/cwd`)) await sleep(50);
  });
});
