import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { expectRefusal } from '../support/refusal.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

const ROOT = process.getuid?.() === 0;
/** A mount namespace of our own; an ordinary user needs a user namespace for it, which not every machine allows. */
const NAMESPACE = ROOT ? ['unshare', '-m'] : ['unshare', '-rm'];
const mountsAllowed = ((): boolean => {
  try {
    execFileSync(NAMESPACE[0] ?? '', [...NAMESPACE.slice(1), 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

/** Runs what follows after `script`, in which `$0` is `argument`, with mounts that nobody else sees. */
const inNamespace = (script: string, argument: string): string[] => [
  ...NAMESPACE,
  'sh',
  '-c',
  `${script} && exec "$@"`,
  argument,
];

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let cluster: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, cluster] = await Promise.all([startTestCatalog(), startTestCluster({ loopback: true })]);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql(
    'shop',
    `create table t (id integer, noise text);
     insert into t select i, (select string_agg(md5(i || ' ' || j), '') from generate_series(1, 32) as j) from generate_series(1, 8000) as i`,
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, cluster, 'main');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), cluster?.remove()]);
});

const noDumpsOf = async (db: string): Promise<void> => {
  const dumps = (await home.ok(['dump', 'list', '--json', `--db=${db}`])).json();
  expect(dumps.filter((dump: { outcome: string }) => dump.outcome.startsWith('ok'))).toEqual([]);
};

/** What a run may leave behind: nothing. */
async function nothingLeft(of: CliHome): Promise<void> {
  expect(await readdir(join(of.root, 'staging'))).toEqual([]);
  expect(await readdir(join(of.root, 'spool'))).toEqual([]);
  const folders = await readdir(join(of.root, 'repository', 'dumps'));
  const good = (await of.ok(['dump', 'list', '--json']))
    .json()
    .filter((d: { outcome: string; worker_name: string }) => d.outcome.startsWith('ok') && d.worker_name === 'w1');
  expect(folders).toHaveLength(good.length);
}

test('no configuration', async () => {
  expectRefusal(
    await home.run(['dump', 'list'], { withoutConfiguration: true }),
    3,
    /no configuration found/,
    /pgsnapman\.toml/,
  );
});

test('a configuration file that is not there', async () => {
  const env = { PGSNAPMAN_CONFIG: join(home.directory, 'nowhere.toml') };
  expectRefusal(
    await home.run(['dump', 'list'], { withoutConfiguration: true, env }),
    3,
    /nowhere\.toml does not exist/,
  );
});

test('a catalog that is not reachable, does not exist, or refuses the login', async () => {
  const at = (url: string) => home.run(['dump', 'list'], { env: { PGSNAPMAN_CATALOG_URL: url } });
  expectRefusal(await at('postgresql:///x?host=/nowhere'), 10, /catalog: .*\/nowhere/);
  expectRefusal(await at('postgresql://u@127.0.0.1:1/x'), 10, /catalog: .*127\.0\.0\.1:1 .*not reachable/);
  expectRefusal(await at(catalog.url('absent')), 10, /catalog: .*"absent".*does not exist/);
  expectRefusal(await at(cluster.tcpUrl('postgres', 'pgsnapman', 'wrong-secret')), 10, /catalog: .*refused/);
});

test('a database that is no catalog', async () => {
  const result = await home.run(['dump', 'list'], { env: { PGSNAPMAN_CATALOG_URL: catalog.url('postgres') } });
  expectRefusal(result, 11, /catalog/, /pgsnapman catalog init/);
});

test('an instance, job, dump or worker that is not known', async () => {
  expectRefusal(
    await home.run(['dumpjob', 'add', '--instance', 'nowhere', '--db', 'x']),
    13,
    /nowhere/,
    /instance list/,
  );
  expectRefusal(await home.run(['dumpjob', 'run', '4711']), 13, /4711/);
  expectRefusal(await home.run(['restorejob', 'run', '4711']), 13, /4711/);
  expectRefusal(await home.run(['restorejob', 'add', '--dump', '4711', '--to', 'main', '--db', 'x']), 13, /4711/);
  expectRefusal(await home.run(['dump', 'show', 'abcdef']), 13, /abcdef/);
  expectRefusal(await home.run(['worker', 'show', 'w9']), 13, /w9/);
  const env = { PGSNAPMAN_WORKER: 'w9', PGSNAPMAN_ROOT: join(home.directory, 'root of w9') };
  expectRefusal(await home.run(['worker', 'init'], { env }), 13, /w9/, /worker register/);
});

test('a command that does not exist, an option without its value', async () => {
  expectRefusal(await home.run(['dumpjobs', 'list']), 2, /dumpjobs/, /dumpjob/);
  expectRefusal(await home.run(['dump', 'show']), 2, /dump/);
  expectRefusal(await home.run(['dumpjob', 'add', '--db', 'x']), 2, /--instance/);
  expectRefusal(
    await home.run(['dumpjob', 'add', '--instance', 'main', '--db', 'x', '--schedule', '61 * * * *']),
    2,
    /61/,
  );
});

test('a wrong password, on a test of the instance and on a dump', async () => {
  const pgpass = join(home.directory, 'pgpass');
  await writeFile(pgpass, `127.0.0.1:*:*:*:wrong-secret\n`, { mode: 0o600 });
  const env = { PGPASSFILE: pgpass };
  await home.ok(['instance', 'add', `127.0.0.1:${cluster.port}`, '--name', 'tcp', '--user', cluster.superuser]);
  const tested = await home.run(['instance', 'test', 'tcp'], { env });
  expect(tested.exitCode).toBe(1);
  expect(`${tested.stdout}${tested.stderr}`).toMatch(/password/);
  const job = await addDumpJob(home, 'tcp', 'shop');
  const result = await home.run(['dumpjob', 'run', String(job)], { env });
  expectRefusal(result, 20, /password/, /pgpass/);
  expect(`${tested.stdout}${tested.stderr}${result.stderr}`).not.toContain('wrong-secret');

  await writeFile(pgpass, `127.0.0.1:*:*:*:${cluster.password}\n`, { mode: 0o600 });
  await home.ok(['instance', 'test', 'tcp'], { env });
  await home.ok(['dumpjob', 'run', String(job)], { env });
  const [failed] = (await home.ok(['dump', 'list', '--json', '--outcome', 'failed'])).json();
  expect(failed.message).toMatch(/password/);
});

test('a database that does not exist', async () => {
  const job = await addDumpJob(home, 'main', 'a "missing"=db');
  expectRefusal(await home.run(['dumpjob', 'run', String(job)]), 20, /"a "missing"=db" does not exist/);
  await noDumpsOf('a "missing"=db');
});

test('an instance that is down', async () => {
  await home.ok(['instance', 'add', '127.0.0.1:1', '--name', 'down', '--user', 'x']);
  const job = await addDumpJob(home, 'down', 'shop', '--once');
  expectRefusal(await home.run(['dumpjob', 'run', String(job)]), 20, /127\.0\.0\.1:1 .*not reachable/);
  expect((await home.run(['instance', 'test', 'down'])).exitCode).toBe(1);
});

test('a tick of which one job fails and another one does not', async () => {
  await addDumpJob(home, 'main', 'never there', '--once');
  const good = await addDumpJob(home, 'main', 'shop', '--once');
  const tick = await home.run(['worker', 'run']);
  expect(tick.exitCode).toBe(21);
  const dumps = (await home.ok(['dump', 'list', '--json', '--job', String(good)])).json();
  expect(dumps).toHaveLength(1);
  expect(dumps[0].outcome).toBe('ok');
  expect((await home.ok(['worker', 'run'])).stderr).toBe('');
});

async function fakeTools(directory: string, version: string): Promise<void> {
  await mkdir(directory);
  for (const name of ['pg_dump', 'pg_restore', 'psql', 'pg_dumpall']) {
    await writeFile(join(directory, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`, { mode: 0o755 });
  }
}

/** A restore of a good dump into a database of this name; the job's id. */
async function addRestoreJob(dumpJob: number, db: string): Promise<string> {
  const added = await home.ok([
    ...['restorejob', 'add', '--latest-of', String(dumpJob), '--to', 'main', '--db', db, '--json'],
  ]);
  return String(added.json().id);
}

test.skipIf(!mountsAllowed)('client programs missing, or too old for the server', async () => {
  const job = await addDumpJob(home, 'main', 'shop');
  await home.ok(['dumpjob', 'run', String(job)]);
  const restoreJob = await addRestoreJob(job, 'shop_copy');
  const empty = join(home.directory, 'empty');
  await mkdir(empty);
  const hidden = { prefix: inNamespace('mount --bind "$0" /usr/lib/postgresql && PATH=/nowhere', empty) };
  const version = (await cluster.psql('postgres', 'show server_version')).split('.')[0];
  const missing = await home.run(['dumpjob', 'run', String(job)], hidden);
  const none = new RegExp(`no Postgres client programs .* version ${version}`);
  expectRefusal(missing, 3, none, /install/);
  expectRefusal(await home.run(['restorejob', 'run', restoreJob], hidden), 3, none, /install/);

  const old = join(home.directory, 'old');
  await fakeTools(old, '12.22');
  await home.configure({ binDirectories: [old] });
  try {
    const result = await home.run(['dumpjob', 'run', String(job)], hidden);
    const tooOld = new RegExp(`12\\.22.* needs version ${version}`);
    expectRefusal(result, 3, tooOld, /install/);
    expectRefusal(await home.run(['restorejob', 'run', restoreJob], hidden), 3, tooOld, /install/);
    await home.ok(['dumpjob', 'run', String(job)]); // the others are found beside it
    await home.ok(['restorejob', 'run', restoreJob]);
  } finally {
    await home.configure({});
  }
});

test('a root directory that is not made, is not ours, or is open to others', async () => {
  const other = await createCliHome({ catalogUrl: catalog.catalogUrl, worker: 'w1' });
  try {
    expectRefusal(await other.run(['worker', 'run']), 3, /root/, /worker init/);
    expectRefusal(await other.run(['worker', 'init']), 3, /w1/); // this name works somewhere else
    await chmod(home.root, 0o755);
    expectRefusal(await home.run(['worker', 'run']), 3, /root/, /chmod/);
    await chmod(home.root, 0o700);
    if (ROOT) {
      await chown(home.root, 65_534, 65_534);
      expectRefusal(await home.run(['worker', 'run']), 3, /root.* belongs to/);
      expectRefusal(await home.run(['worker', 'init']), 3, /root.* belongs to/);
      await chown(home.root, 0, 0);
    }
    await home.ok(['worker', 'run']);
  } finally {
    await other.remove();
  }
});

test.skipIf(!mountsAllowed)('a disk that is full while dumping', async () => {
  const tiny = await createCliHome({ catalogUrl: catalog.catalogUrl, worker: 'tiny' });
  try {
    await tiny.ok(['worker', 'register', 'tiny']);
    await tiny.ok(['worker', 'init']);
    const job = await addDumpJob(tiny, 'main', 'shop', '--worker', 'tiny');
    // the same root directory, on a disk of 4 MB that is gone afterwards
    const mount = 'cp -a "$0" "$0.copy" && mount -t tmpfs -o size=4m,mode=700 tmpfs "$0" && cp -a "$0.copy/." "$0"';
    const result = await tiny.run(['dumpjob', 'run', String(job)], { prefix: inNamespace(mount, tiny.root) });
    expectRefusal(result, 20, /no (space|room)|disk .*full/i);
    const [dump] = (await tiny.ok(['dump', 'list', '--json', '--job', String(job)])).json();
    expect(dump).toMatchObject({ outcome: 'failed', state: null });
    await tiny.ok(['dumpjob', 'run', String(job)]);
  } finally {
    await tiny.remove();
  }
});

test('a limit on the size of files while dumping', async () => {
  const job = await addDumpJob(home, 'main', 'shop');
  const result = await home.run(['dumpjob', 'run', String(job)], { prefix: ['prlimit', '--fsize=1000000'] });
  expectRefusal(result, 20, /./);
  await nothingLeft(home);
});

/** Holds up every dump of `shop` until `release` is called. */
async function lockTable(): Promise<() => Promise<void>> {
  const c = await cluster.connect('shop');
  await c.script('begin; lock table public.t in access exclusive mode');
  return async () => {
    await c.execute('commit');
    await c.close();
  };
}

async function someoneWaits(): Promise<void> {
  const waiting = `select count(*) from pg_stat_activity where datname = 'shop' and wait_event_type = 'Lock'`;
  while ((await cluster.psql('postgres', waiting)) === '0') await sleep(50);
}

test('a second run of a job that is running', async () => {
  const job = await addDumpJob(home, 'main', 'shop');
  const release = await lockTable();
  const first = await home.start(['dumpjob', 'run', String(job)]);
  try {
    await someoneWaits();
    expectRefusal(await home.run(['dumpjob', 'run', String(job)]), 12, /running/);
  } finally {
    await release();
  }
  expect(await first.finished).toMatchObject({ exitCode: 0 });
});

test('a worker that is killed in the middle leaves nothing half visible, and the next tick says so', async () => {
  const job = await addDumpJob(home, 'main', 'shop');
  const release = await lockTable();
  const { child, finished } = await home.start(['dumpjob', 'run', String(job)]);
  try {
    await someoneWaits();
    child.kill('SIGKILL');
    expect(await finished).toMatchObject({ exitCode: null });
    expect((await home.ok(['dump', 'list', '--json', '--job', String(job)])).json()).toEqual([]);
    await home.run(['worker', 'run']);
  } finally {
    await release();
  }
  const dumps = (await home.ok(['dump', 'list', '--json', '--job', String(job)])).json();
  expect(dumps).toHaveLength(1);
  expect(dumps[0]).toMatchObject({ outcome: 'failed', state: null });
  await nothingLeft(home);
  const ours = `select count(*) from pg_stat_activity where application_name like 'pgsnapman%' or application_name = 'pg_dump'`;
  expect(await cluster.psql('postgres', ours)).toBe('0');
  await home.ok(['dumpjob', 'run', String(job)]);
});
