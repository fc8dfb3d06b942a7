import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliHome, CliResult } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { addInstance, createWorkerHome } from '../support/worker-home.ts';

/** A catalog that takes connections and never says a word. */
async function silentServer(): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `postgresql://someone@127.0.0.1:${port}/catalog`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** The beginning of a minute that leaves time for everything that must be there before it. */
function minuteAfter(ms: number): Date {
  return new Date(Math.ceil((Date.now() + ms) / 60_000) * 60_000);
}

const cron = (time: Date): string => `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`;

async function until(time: Date): Promise<void> {
  while (Date.now() < time.getTime()) await sleep(Math.max(1, time.getTime() - Date.now()));
}

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let cluster: TestCluster;
/** Its catalog is stopped. */
let stopped: CliHome;
/** Its catalog does not answer. */
let silent: CliHome;
/** Its embedded catalog can not be started. */
let broken: CliHome;
const ticks: Record<string, CliResult> = {};

async function homeOf(name: string, catalogUrl?: string): Promise<CliHome> {
  const home = await createWorkerHome({ ...(catalogUrl === undefined ? {} : { catalogUrl }), worker: 'w1' });
  await addInstance(home, cluster, name);
  return home;
}

/** A daily job that is due then, with a copy after it; the worker knows of it before. */
async function schedule(home: CliHome, name: string, dueAt: Date): Promise<void> {
  const copy = ['restorejob', 'add', '--on-trigger', '--to', name, '--db', `copy of ${name}`, '--json'];
  const { id } = (await home.ok(copy)).json();
  const dump = ['dumpjob', 'add', '--instance', name, '--db', 'shop', '--schedule', cron(dueAt), '--timezone', 'UTC'];
  await home.ok([...dump, '--trigger', String(id)]);
  await home.ok(['worker', 'run']);
  expect((await home.ok(['dump', 'list', '--json'])).json()).toEqual([]);
}

const embeddedSettings = (home: CliHome): string => join(home.root, 'catalog', 'data', 'postgresql.conf');

beforeAll(async () => {
  [catalog, cluster] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql('shop', 'create table t (id integer primary key); insert into t select generate_series(1, 1000)');
  await catalog.psql('postgres', 'create database other');
  stopped = await homeOf('one', catalog.catalogUrl);
  silent = await homeOf('two', catalog.url('other'));
  const before = Date.now();
  broken = await homeOf('three');
  // making a home takes longer than giving one its jobs, which is what has to be done three times before
  const dueAt = minuteAfter(4 * (Date.now() - before));
  await schedule(stopped, 'one', dueAt);
  await schedule(silent, 'two', dueAt);
  await schedule(broken, 'three', dueAt);

  const server = await silentServer();
  try {
    await catalog.stop();
    await silent.configure({ catalogUrl: server.url });
    await broken.ok(['catalog', 'stop']);
    await appendFile(embeddedSettings(broken), '\nthis is no setting\n');
    await until(dueAt);
    for (const [name, home] of Object.entries({ stopped, silent, broken })) {
      ticks[name] = await home.run(['worker', 'run']);
      await home.run(['worker', 'run']);
    }
  } finally {
    server.close();
  }
}, 300_000);
afterAll(async () => {
  for (const home of [stopped, silent, broken]) await home?.remove();
  await Promise.all([catalog?.remove(), cluster?.remove()]);
});

test('a repeat job that is due is dumped, and its copy made, while the catalog is stopped, silent or broken', async () => {
  for (const [name, tick] of Object.entries(ticks)) {
    expect([name, tick.exitCode, tick.stdout]).toEqual([name, 0, '']);
  }
  for (const name of ['one', 'two', 'three']) {
    expect(await compareDatabases(cluster.settings('shop'), cluster.settings(`copy of ${name}`))).toEqual([]);
  }
});

test('commands of the manager say that the catalog is not reachable', async () => {
  const result = await stopped.run(['dump', 'list']);
  expect(result.exitCode).toBe(10);
  expect(result.stderr).toMatch(/^catalog: .*\nhint: .*\n$/);
});

const afterwards = async (home: CliHome): Promise<void> => {
  for (let tick = 0; tick < 3; tick += 1) await home.ok(['worker', 'run']);
  const dumps = (await home.ok(['dump', 'list', '--json'])).json();
  expect(dumps).toHaveLength(1);
  expect(dumps[0]).toMatchObject({ outcome: 'ok', trigger_kind: 'schedule', row_count: 1000 });
  const runs = (await home.ok(['restorelog', 'list', '--json'])).json();
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ outcome: 'ok', trigger_kind: 'dump' });
  const messages = (await home.ok(['message', 'list', '--json'])).json();
  const warnings = messages.filter((message: { level: string }) => message.level === 'warning');
  expect(warnings).toHaveLength(1);
  expect(warnings[0].text).toMatch(/catalog/);
};

test('back again, the stopped catalog gets every result once, and one warning', async () => {
  await catalog.start();
  await afterwards(stopped);
});

test('back again, the silent catalog gets every result once, and one warning', async () => {
  await silent.configure({ catalogUrl: catalog.url('other') });
  await afterwards(silent);
});

test('mended, the embedded catalog gets every result once, and one warning', async () => {
  const file = embeddedSettings(broken);
  await writeFile(file, (await readFile(file, 'utf8')).replace('this is no setting', ''));
  await afterwards(broken);
});
