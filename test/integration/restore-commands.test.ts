import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let server: TestCluster;
let home: CliHome;
let dumpJob: number;

beforeAll(async () => {
  [catalog, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await server.psql('postgres', `create role seller login password 'geheim'; create database shop owner seller`);
  await server.psql(
    'shop',
    'create table version (v int); insert into version values (2); alter table version owner to seller',
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, server, 'one');
  dumpJob = await addDumpJob(home, 'one', 'shop');
  await home.ok(['dumpjob', 'run', String(dumpJob)]);
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), server?.remove()]);
});

const databases = (): Promise<string> =>
  server.psql(
    'postgres',
    `select string_agg(datname, ' | ' order by datname) from pg_database where not datistemplate and datname not in ('postgres', 'shop')`,
  );

async function addRestore(db: string, ...more: string[]): Promise<number> {
  const source = more.some((option) => ['--dump', '--on-trigger', '--latest-of'].includes(option))
    ? []
    : ['--latest-of', String(dumpJob)];
  const added = await home.ok(['restorejob', 'add', ...source, '--to', 'one', `--db=${db}`, '--json', ...more]);
  return added.json().id;
}

describe('restorejob plan', () => {
  test('says all of it, for people and as data, and changes nothing', async () => {
    await server.psql('postgres', 'create database live');
    const before = await databases();
    const id = await addRestore('live', '--existing', 'rename');
    const plan = (await home.ok(['restorejob', 'plan', String(id), '--json'])).json();
    expect(plan).toMatchObject({
      restore_job_id: id,
      possible: true,
      dump: { dbname: 'shop', outcome: 'ok', row_count: 1, verified_level: expect.any(Number), trusted: true },
      target: {
        dbname: 'live',
        exists: true,
        existing_db: 'rename',
        sessions: [],
        properties: 'target',
        same_instance: true,
      },
      tools: { version_gap: 0 },
      roles: { used: true, create: [], missing: [] },
      locale: { available: 'yes' },
      warnings: [],
      refusals: [],
    });
    expect(plan.roles.existing).toContain('seller');
    expect(plan.target.size_bytes).toBeGreaterThan(1_000_000);
    expect(plan.disk.free_bytes).toBeGreaterThan(0);
    expect(plan.steps.map(({ step }: { step: string }) => step).at(-1)).toBe('rename');
    const text = await home.ok(['restorejob', 'plan', String(id)]);
    expect(text.stdout).toMatch(
      /^target {6}"live" on one, exists \(.* MiB, 0 sessions\): rename, keeps its properties/m,
    );
    expect(text.stdout).toMatch(/^ {2}\d\. set \d+ propert/m);
    expect(text.stdout).toMatch(/\nnothing has been changed; this can be done\n$/);
    expect(await databases()).toBe(before);
    await home.ok(['restorejob', 'run', String(id)]);
    expect(await server.psql('live', 'select v from version')).toBe('2');
  });

  test('ends with 1 when something stands against it, and says what', async () => {
    const id = await addRestore('live');
    const refused = await home.run(['restorejob', 'plan', String(id)]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/\nrefused\n {2}database "live" exists already on one; choose another name/);
    expect((await home.run(['restorejob', 'plan', String(id), '--json'])).json()).toMatchObject({ possible: false });
  });

  test('of a job that waits for its trigger, or that is not there', async () => {
    const id = await addRestore('later', '--on-trigger');
    expect(await home.run(['restorejob', 'plan', String(id)])).toMatchObject({ exitCode: 2 });
    expect(await home.run(['restorejob', 'plan', '999'])).toMatchObject({ exitCode: 13 });
    expect(await home.run(['restorejob', 'plan', 'x'])).toMatchObject({ exitCode: 2 });
  });
});

describe('restorelog undo', () => {
  const runs = async (): Promise<{ id: number; undo_dbname: string | null }[]> =>
    (await home.ok(['restorelog', 'list', '--db', 'books', '--json'])).json();
  const version = (name: string): Promise<string> => server.psql(name, 'select v from version');

  test('puts the replaced database in its place again, and once more the other way', async () => {
    await server.psql('postgres', 'create database books');
    await server.psql('books', 'create table version (v int); insert into version values (1)');
    const id = await addRestore('books', '--existing', 'rename');
    await home.ok(['restorejob', 'run', String(id)]);
    const [run] = await runs();
    expect(await version('books')).toBe('2');
    expect(run?.undo_dbname).toMatch(/^books_pgsnapman_old_/);
    expect((await home.ok(['restorelog', 'show', String(run?.id)])).stdout).toContain(
      `undo_dbname\t${run?.undo_dbname}`,
    );
    const undo = ['restorelog', 'undo', String(run?.id)];
    expect(await home.run(undo)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    const first = await home.ok([...undo, '--yes', '--json']);
    expect(first.json()).toMatchObject({
      dest_dbname: 'books',
      undo_dbname: expect.stringMatching(/_pgsnapman_undone_/),
    });
    expect(await version('books')).toBe('1');
    expect(await version(first.json().undo_dbname)).toBe('2');
    await home.ok([...undo, '--yes']);
    expect(await version('books')).toBe('2');
  });

  test.each(['undo.swapping', 'undo.swapped'])('killed at %s is done by the next try, once', async (point) => {
    const [run] = await runs();
    const before = await version('books');
    const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
    const undo = ['restorelog', 'undo', String(run?.id), '--yes'];
    expect((await home.run(undo, { env })).exitCode).toBeNull();
    expect(await version('books')).toBe(point === 'undo.swapping' ? before : before === '1' ? '2' : '1');
    await home.ok(undo);
    expect(await version('books')).toBe(before === '1' ? '2' : '1');
    const [now] = await runs();
    expect(await version(now?.undo_dbname ?? '')).toBe(before);
  });

  test('is not possible for a run that has kept nothing, or whose database is gone', async () => {
    const [kept] = await runs();
    await server.psql('postgres', `drop database "${kept?.undo_dbname}"`);
    const gone = await home.run(['restorelog', 'undo', String(kept?.id), '--yes']);
    expect(gone).toMatchObject({ exitCode: 13, stderr: expect.stringMatching(/is not on one any more/) });
    const id = await addRestore('kept nothing');
    await home.ok(['restorejob', 'run', String(id)]);
    const list = (await home.ok(['restorelog', 'list', '--db', 'kept nothing', '--json'])).json();
    expect((await home.run(['restorelog', 'undo', String(list[0].id), '--yes'])).exitCode).toBe(2);
  });
});

describe('a nightly refresh', () => {
  test('runs in the tick when it is due, replaces the database, and keeps the newest old one only', async () => {
    await server.psql('postgres', 'create database nightly');
    await server.psql('nightly', 'create table version (v int); insert into version values (1)');
    const id = await addRestore('nightly', '--existing', 'rename', '--schedule', '0 3 * * *');
    const kept: string[] = [];
    for (const fault of [undefined, 'undo.dropped:kill', undefined]) {
      await catalog.psql(
        'catalog',
        `update pgsnapman.restore_job set schedule = to_char(at, 'FMMI FMHH24 FMDD FMMM *'), timezone = 'UTC',
           created_at = now() - interval '1 hour', activated_at = now() - interval '1 hour'
         from (select now() at time zone 'UTC' - interval '1 minute' * ${2 + kept.length} as at) as minute where id = ${id}`,
      );
      await home.run(['worker', 'run'], { env: fault ? { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: fault } : {} });
      const list = (await home.ok(['restorelog', 'list', '--job', String(id), '--json'])).json();
      kept.push(list[0]?.undo_dbname);
    }
    expect(await server.psql('nightly', 'select v from version')).toBe('2');
    const runs = (await home.ok(['restorelog', 'list', '--job', String(id), '--json'])).json();
    expect(runs.map(({ trigger_kind }: { trigger_kind: string }) => trigger_kind)).toContain('schedule');
    await home.ok(['worker', 'run']);
    const old = (await databases()).split(' | ').filter((name) => name.startsWith('nightly_pgsnapman_'));
    expect(old).toHaveLength(1);
  });
});

describe('restorejob edit, halt, activate and delete', () => {
  const job = async (id: number) => (await home.ok(['restorejob', 'show', String(id), '--json'])).json();

  test('change what they say', async () => {
    const id = await addRestore('verbs', '--map-role', 'a=b');
    await home.ok([
      'restorejob',
      'edit',
      String(id),
      '--existing',
      'drop',
      '--keep-publications',
      '--no-roles',
      '--db=v 2',
    ]);
    expect(await job(id)).toMatchObject({
      existing_db: 'drop',
      keep: ['publications'],
      role_handling: 'none',
      dest_dbname: 'v 2',
      role_map: { a: 'b' },
    });
    await home.ok(['restorejob', 'edit', String(id), '--roles', '--no-keep-publications', '--schedule', '@daily']);
    expect(await job(id)).toMatchObject({ role_handling: 'use', keep: [], job_type: 'repeat', schedule: '@daily' });
    await home.ok(['restorejob', 'edit', String(id), '--on-trigger']);
    expect(await job(id)).toMatchObject({ job_type: 'trigger', schedule: null, latest_of_dump_job_id: null });
    await home.ok(['restorejob', 'halt', String(id)]);
    expect(await job(id)).toMatchObject({ status: 'halted' });
    await home.ok(['restorejob', 'activate', String(id)]);
    expect(await job(id)).toMatchObject({ status: 'active', triggered_by: [] });
    expect((await home.run(['restorejob', 'delete', String(id)])).exitCode).toBe(2);
    await home.ok(['restorejob', 'delete', String(id), '--yes']);
    expect((await home.run(['restorejob', 'show', String(id)])).exitCode).toBe(13);
    expect((await home.run(['restorejob', 'edit', String(id), '--db=x'])).exitCode).toBe(13);
  });
});

describe('a restore that this worker cannot do', () => {
  const outcome = (id: number): Promise<string> =>
    catalog.psql(
      'catalog',
      `select outcome || ': ' || message from pgsnapman.restore_run where restore_job_id = ${id}`,
    );

  test('fails with a message when its dump is gone, instead of waiting for ever', async () => {
    const id = await addRestore('orphan');
    await catalog.psql('catalog', `update pgsnapman.restore_job set latest_of_dump_job_id = null where id = ${id}`);
    const tick = await home.ok(['worker', 'run']);
    expect(tick.stdout + tick.stderr).toMatch(
      new RegExp(`restore job ${id} \\(to orphan on one\\) cannot be run: its dump, or`),
    );
    expect(await outcome(id)).toMatch(/^failed: its dump, or the dump job, is gone; choose another dump/);
    expect((await home.ok(['restorejob', 'show', String(id), '--json'])).json().finished_at).not.toBeNull();
  });

  test('is claimed by the worker that restores for the one that has the dump', async () => {
    await catalog.psql(
      'catalog',
      `insert into pgsnapman.worker (name) values ('w2'), ('w3');
       update pgsnapman.worker set restore_worker_id = (select id from pgsnapman.worker where name = 'w1') where name = 'w2'`,
    );
    const take = async (worker: string, db: string): Promise<number> => {
      await catalog.psql(
        'catalog',
        `insert into pgsnapman.dump (uuid, worker_id, worker_name, dbname, dump_type, started_at, ended_at, outcome, state)
         select gen_random_uuid(), id, name, 'x', 'full', now(), now(), 'ok', 'available' from pgsnapman.worker where name = '${worker}'`,
      );
      const dump = await catalog.psql('catalog', 'select max(id) from pgsnapman.dump');
      return addRestore(db, '--dump', dump);
    };
    const [ours, others] = [await take('w2', 'ours'), await take('w3', 'others')];
    await home.run(['worker', 'run']);
    expect(await outcome(ours)).toMatch(
      /^failed: dump .* is not in this worker's repository; .* run the job there, or name a mirror/,
    );
    expect(await outcome(others)).toBe('');
    const refused = await home.run(['restorejob', 'plan', String(ours)]);
    expect(refused.stderr).toMatch(/is not in this worker's repository/);
    await home.ok(['restorejob', 'delete', String(others), '--yes']);
  });

  test('is done from a mirror that its configuration names', async () => {
    const { uuid: dump } = (await home.ok(['dump', 'list', '--job', String(dumpJob), '--json'])).json()[0];
    const takenBy = (worker: string) =>
      catalog.psql(
        'catalog',
        `update pgsnapman.dump set worker_id = (select id from pgsnapman.worker where name = '${worker}') where uuid = '${dump}'`,
      );
    await catalog.psql(
      'catalog',
      `insert into pgsnapman.worker (name, restore_worker_id) select 'w4', id from pgsnapman.worker where name = 'w1'`,
    );
    await takenBy('w4');
    const mirror = `${home.directory}/mirror of w4`;
    await cp(`${home.root}/repository`, mirror, { recursive: true });
    await rename(`${home.root}/repository`, `${home.root}/own`);
    await home.ok(['worker', 'init']);
    const settings = await readFile(home.configFile, 'utf8');
    try {
      const id = await addRestore('from_mirror', '--dump', dump);
      await writeFile(home.configFile, `${settings}\n[repository]\nmirrors = ["/not/mounted", "${mirror}"]\n`);
      await home.ok(['worker', 'run']);
      const run = `select outcome from pgsnapman.restore_run where restore_job_id = ${id}`;
      expect(await catalog.psql('catalog', run)).toBe('ok');
      expect(await server.psql('from_mirror', 'select v from version')).toBe('2');
    } finally {
      await takenBy('w1');
      await writeFile(home.configFile, settings);
      await rm(`${home.root}/repository`, { recursive: true });
      await rename(`${home.root}/own`, `${home.root}/repository`);
      await server.psql('postgres', 'drop database if exists from_mirror');
    }
  });
});

describe('server-restore', () => {
  let dest: TestCluster;

  beforeAll(async () => {
    dest = await startTestCluster();
    await addInstance(home, dest, 'dest');
    await home.ok(['worker', 'run']);
    await server.psql('postgres', `create database "Ümläut "" 2" owner seller`);
    await server.psql(
      'Ümläut " 2',
      'create table t (a int); insert into t values (1), (2); alter table t owner to seller',
    );
    for (const db of ['Ümläut " 2', 'postgres']) {
      await home.ok(['dumpjob', 'run', String(await addDumpJob(home, 'one', db))]);
    }
  });
  afterAll(() => dest?.remove());

  test('says what it would restore', async () => {
    const plan = (await home.ok(['server-restore', 'one', 'dest', '--plan', '--json'])).json();
    expect(plan.map(({ dbname, left_out }: Record<string, unknown>) => [dbname, left_out])).toEqual([
      ['postgres', 'it is the maintenance database of dest'],
      ['shop', null],
      ['Ümläut " 2', null],
    ]);
    expect((await home.run(['server-restore', 'one', 'dest', '--db', 'none'])).exitCode).toBe(13);
    expect((await home.run(['server-restore', 'one', 'dest', '--existing', 'drop'])).exitCode).toBe(2);
  });

  test('restores every database, creates the roles once and with passwords, and shows all of them', async () => {
    await home.configure({ catalogUrl: catalog.catalogUrl, moreConfiguration: '[limits]\nmax_parallel_restores = 2' });
    const restoring = await home.start(['server-restore', 'one', 'dest']);
    while (
      (await catalog.psql(
        'catalog',
        `select count(*) from pgsnapman.restore_job where comment like 'server-restore%'`,
      )) !== '2'
    ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await home.run(['worker', 'run']);
    const { exitCode, stdout, stderr } = await restoring.finished;
    expect(stderr).toContain('left out: postgres: it is the maintenance database of dest');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t').slice(1, 4)),
    ).toEqual([
      ['dbname', 'state', 'row_count'],
      ['shop', 'ok', '1'],
      ['Ümläut " 2', 'ok', '2'],
    ]);
    expect(exitCode).toBe(0);
    expect(await dest.psql('shop', 'select v from version')).toBe('2');
    expect(
      await dest.psql('postgres', `select rolpassword like 'SCRAM%' from pg_authid where rolname = 'seller'`),
    ).toBe('t');
  });

  test('fails by name what cannot be restored, and ends with 21', async () => {
    const added = await home.ok(['server-restore', 'one', 'dest', '--db', 'shop', '--no-wait', '--json']);
    expect(added.json().restore_job_ids).toHaveLength(1);
    const restoring = await home.start(['server-restore', 'one', 'dest', '--db', 'shop']);
    let result: { exitCode: number | null; stdout: string } | null = null;
    restoring.finished.then((finished) => {
      result = finished;
    });
    while (result === null) await home.run(['worker', 'run']);
    expect(await restoring.finished).toMatchObject({
      exitCode: 21,
      stdout: expect.stringContaining('database "shop" exists already on dest'),
    });
  });
});
