import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FileConfiguration } from '../../src/core/config/file-configuration.ts';
import { upsertActivity } from '../../src/sql/catalog/activities.ts';
import { loadConfiguration } from '../../src/worker/config-cache/config-cache.ts';
import { examine } from '../../src/worker/doctor/doctor.ts';
import { initWorker } from '../../src/worker/init-worker.ts';
import { tryLock } from '../../src/worker/lock/lock.ts';
import { runDumpJobNow, runRestoreJobNow } from '../../src/worker/run/run-job.ts';
import { runTick, type TickResult } from '../../src/worker/run/tick.ts';
import { lockPath, openWorker, type WorkerSetup } from '../../src/worker/worker-setup.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let cluster: Catalog;
let server: TestCluster;
let folder: string;
let configuration: FileConfiguration;
let worker: WorkerSetup;
/** The worker's clock; null: the real one. */
let clock: Date | null = null;
let number = 0;
/** The catalog's database of this test. */
let db: string;

const sql = (text: string): Promise<string> => cluster.psql(db, text);
const now = (): Date => clock ?? new Date();

beforeAll(async () => {
  [cluster, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await server.psql('postgres', 'create database shop');
  await server.psql('shop', 'create table t (id integer primary key); insert into t select generate_series(1, 1000)');
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), server?.remove()]);
});

beforeEach(async () => {
  clock = null;
  db = `catalog_${++number}`;
  await cluster.psql('postgres', `create database ${db} template catalog`).catch(async () => {
    // Somebody is still connected to the template: end that first.
    await cluster.psql('postgres', `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'catalog'`);
    await cluster.psql('postgres', `create database ${db} template catalog`);
  });
  folder = await mkdtemp(join(tmpdir(), 'pgsnapman-worker-'));
  configuration = {
    catalog: { url: cluster.url(db) },
    worker: { name: 'w1', root: join(folder, 'root') },
    tools: { bin_directories: [] },
    repository: { mirrors: [] },
    restores: { never: [] },
    scripts: { sha256: [], directory: null },
    limits: {},
  };
  await sql(`insert into pgsnapman.worker (name, timezone) values ('w1', 'UTC');
    insert into pgsnapman.instance (host, port, username, name, default_worker_id)
      values ('${server.instance.host}', ${server.port}, '${server.superuser}', 'db1', 1)`);
  await initWorker(configuration);
  worker = await openWorker(configuration, { now });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const inRoot = (name: string): string[] =>
  readdirSync(join(worker.root.path, name)).filter((file) => file !== 'broken');
const tick = (): Promise<TickResult> => runTick(worker);
const warnings = (): Promise<string> => sql(`select text from pgsnapman.message where level = 'warning' order by id`);
const outcomesOf = (result: TickResult): string[] => result.runs.map((run) => `${run.kind} ${run.result.outcome}`);

describe('with a catalog filled by plain inserts', () => {
  it('takes the dump of a single job, and restores it by the job that is inserted then', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    const first = await tick();
    expect([first.exitCode, outcomesOf(first)]).toEqual([0, ['dump ok']]);
    expect(
      await sql(`select d.outcome, j.finished_at is not null, d.uuid = j.run_uuid, d.trigger_kind
      from pgsnapman.dump d join pgsnapman.dump_job j on j.id = d.dump_job_id`),
    ).toBe('ok|t|t|single');
    await sql(
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'copy_${number}')`,
    );
    expect(outcomesOf(await tick())).toEqual(['restore ok']);
    expect(await server.psql(`copy_${number}`, 'select count(*) from t')).toBe('1000');
    expect(await sql('select outcome, dump_id from pgsnapman.restore_run')).toBe('ok|1');
    const third = await tick();
    expect([third.runs, third.messages]).toEqual([[], []]);
    for (const name of ['queue', 'spool', 'staging']) expect(inRoot(name)).toEqual([]);
  });

  it('fails a job whose database is not there, says so, and ends with 21; once', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'nowhere', 'single')`);
    const result = await tick();
    expect([result.exitCode, outcomesOf(result)]).toEqual([21, ['dump failed']]);
    expect(await sql('select outcome, message from pgsnapman.dump')).toMatch(/^failed\|.*nowhere/);
    expect(await sql(`select text from pgsnapman.message where level = 'error'`)).toContain(
      'dump job 1 (nowhere on db1) failed',
    );
    expect((await tick()).runs).toEqual([]);
  });

  it('finds a claim that never reached its queue', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type, claimed_by, claimed_at, run_uuid)
      values (1, 'shop', 'single', 1, now(), '00000000-0000-4000-8000-000000000001')`);
    expect(outcomesOf(await tick())).toEqual(['dump ok']);
    expect(await sql('select uuid from pgsnapman.dump')).toBe('00000000-0000-4000-8000-000000000001');
    expect((await tick()).runs).toEqual([]);
  });
});

describe('ticks that overlap', () => {
  it('run every job once, whoever picks it', async () => {
    await sql(
      `insert into pgsnapman.dump_job (instance_id, dbname, job_type) select 1, 'shop', 'single' from generate_series(1, 6)`,
    );
    const results = await Promise.all([tick(), tick(), tick()]);
    expect(results.flatMap(outcomesOf).sort()).toEqual(Array(6).fill('dump ok'));
    expect((await tick()).runs).toEqual([]);
    expect(await sql('select count(*), count(distinct dump_job_id) from pgsnapman.dump')).toBe('6|6');
    expect(inRoot('spool')).toEqual([]);
  });

  it('go on while a long dump runs', async () => {
    await server.psql('postgres', `create database long_${number}`);
    await server.psql(`long_${number}`, 'create table t (id integer)');
    const blocker = await server.connect(`long_${number}`);
    await blocker.script('begin; lock table t in access exclusive mode');
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'long_${number}', 'single')`);
    const first = tick();
    while ((await sql('select count(*) from pgsnapman.activity')) === '0') await sleep(50);
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    expect(outcomesOf(await tick())).toEqual(['dump ok']);
    expect(await sql('select dump_job_id, outcome from pgsnapman.dump')).toBe('2|ok');
    await blocker.close();
    expect(outcomesOf(await first)).toEqual(['dump ok']);
    expect(await sql('select count(*) from pgsnapman.dump')).toBe('2');
  });
});

describe('with the catalog stopped', () => {
  afterEach(() => cluster.start().catch(() => {}));

  it('dumps and copies what is due, warns once, and uploads once when it is back', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, schedule, created_at, activated_at)
        values (1, 'shop', '0 3 * * *', '2026-01-01 12:00Z', '2026-01-01 12:00Z');
      insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'copy_${number}', 'trigger');
      insert into pgsnapman.dump_job_trigger values (1, 1)`);
    clock = new Date('2026-01-02T02:50:00Z');
    expect((await tick()).runs).toEqual([]);
    await cluster.stop();
    clock = new Date('2026-01-02T03:00:20Z');
    const due = await tick();
    expect([due.exitCode, outcomesOf(due)]).toEqual([0, ['dump ok', 'restore ok']]);
    expect(due.messages.map(({ level, text }) => `${level} ${text}`)).toEqual([
      expect.stringMatching(/^warning catalog/),
    ]);
    clock = new Date('2026-01-02T03:01:20Z');
    expect(await tick()).toMatchObject({ exitCode: 0, runs: [], messages: [] });
    await cluster.start();
    await tick();
    await tick();
    expect(await sql('select outcome, due_at, started_at from pgsnapman.dump')).toMatch(
      /^ok\|2026-01-02 03:00:00\+00\|2026-01-02 03:00:20/,
    );
    expect(await sql('select outcome, trigger_kind from pgsnapman.restore_run')).toBe('ok|dump');
    expect((await warnings()).split('\n')).toHaveLength(1);
    expect(await sql(`select text from pgsnapman.message where level = 'info'`)).toContain('can be reached again');
    expect(inRoot('spool')).toEqual([]);
  });

  it('says so when there is no cached configuration either', async () => {
    await rm(join(worker.root.path, 'cache'), { recursive: true });
    worker = await openWorker(configuration, { now });
    await cluster.stop();
    await expect(tick()).rejects.toMatchObject({ code: 'catalog_unreachable' });
  });
});

describe('the configuration', () => {
  const addJob = (): Promise<string> =>
    sql(`insert into pgsnapman.dump_job (instance_id, dbname, schedule) values (1, 'shop', '0 3 1 1 *') returning id`);
  const cachedJobs = async (): Promise<number[]> =>
    (await loadConfiguration(worker.root.cache)).configuration?.dump_jobs.map(({ id }) => id) ?? [];

  it('is read again when it changed', async () => {
    await addJob();
    await tick();
    expect(await cachedJobs()).toEqual([1]);
    await addJob();
    await tick();
    expect(await cachedJobs()).toEqual([1, 2]);
  });

  it('is not given up because all jobs are gone, until a second tick hears it', async () => {
    await addJob();
    await tick();
    await sql('delete from pgsnapman.dump_job');
    await tick();
    expect(await cachedJobs()).toEqual([1]);
    await tick();
    expect(await cachedJobs()).toEqual([]);
    expect(await warnings()).toMatch(/no jobs for this worker any more/);
  });

  it('holds when the worker’s row is gone, with one message', async () => {
    await addJob();
    await tick();
    await sql('update pgsnapman.instance set default_worker_id = null; delete from pgsnapman.worker');
    await tick();
    await tick();
    expect(await cachedJobs()).toEqual([1]);
  });

  it('of a newer catalog is left alone: one warning, scheduled dumps go on', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, schedule, created_at, activated_at)
      values (1, 'shop', '0 3 * * *', '2026-01-01 12:00Z', '2026-01-01 12:00Z')`);
    clock = new Date('2026-01-02T02:50:00Z');
    await tick();
    await sql(`insert into pgsnapman.migration (number, name, sha256) values (9999, 'future', '')`);
    clock = new Date('2026-01-02T03:00:00Z');
    const due = await tick();
    expect([due.exitCode, outcomesOf(due)]).toEqual([0, ['dump ok']]);
    expect(due.messages.map(({ level }) => level)).toEqual(['warning']);
    expect((await tick()).messages).toEqual([]);
    await sql('delete from pgsnapman.migration where number = 9999');
    await tick();
    expect(await sql('select outcome from pgsnapman.dump')).toBe('ok');
  });
});

describe('a worker', () => {
  it('that is halted does nothing, not even by hand', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single');
      update pgsnapman.worker set status = 'halted'`);
    expect((await tick()).runs).toEqual([]);
    await expect(runDumpJobNow(worker, 1)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('halted'),
    });
  });

  it('is refused when another root directory works under its name', async () => {
    const other = { ...configuration, worker: { name: 'w1', root: join(folder, 'other') } };
    await expect(initWorker(other)).rejects.toMatchObject({ code: 'configuration' });
    await expect(runTick(await openWorker(other))).rejects.toMatchObject({ code: 'configuration' });
  });

  it('that nobody registered is told so', async () => {
    const other = { ...configuration, worker: { name: 'w9', root: join(folder, 'other') } };
    await expect(initWorker(other)).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('register'),
    });
    await expect(runTick(await openWorker(other))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('removes what it shows as running although nobody is at it', async () => {
    const catalog = await cluster.connect(db);
    const nothing = { item: null, done_bytes: null, total_bytes: null, done_items: null, total_items: null };
    const activity = {
      uuid: uuidv7(),
      worker_id: 1,
      kind: 'dump',
      job_id: 1,
      subject: 'x',
      started_at: now(),
      stage: 'x',
    } as const;
    await upsertActivity(catalog, { ...activity, ...nothing });
    await catalog.close();
    await tick();
    expect(await sql('select count(*) from pgsnapman.activity')).toBe('0');
  });

  it('is examined with hints', async () => {
    await sql(
      `insert into pgsnapman.instance (host, port, name, default_worker_id) values ('127.0.0.1', 1, 'gone', 1)`,
    );
    const findings = await examine(configuration);
    const of = (check: string) => findings.find((finding) => finding.check === check);
    expect(of('catalog')).toMatchObject({ level: 'ok' });
    expect(of('worker')).toMatchObject({ level: 'ok' });
    expect(of('instance db1')).toMatchObject({ level: 'ok' });
    expect(of('instance gone')).toMatchObject({ level: 'error', text: expect.stringContaining('not reachable') });
    const lost = await examine({
      ...configuration,
      catalog: { url: 'postgresql://127.0.0.1:1/x' },
      worker: { root: join(folder, 'no') },
    });
    expect(lost.find(({ check }) => check === 'root directory')).toMatchObject({
      level: 'error',
      hint: expect.stringContaining('worker init'),
    });
  });
});

describe('a job by hand', () => {
  beforeEach(() =>
    sql(
      `insert into pgsnapman.dump_job (instance_id, dbname, schedule, status) values (1, 'shop', '0 3 1 1 *', 'halted')`,
    ),
  );

  it('runs although it is halted, with progress, and is uploaded', async () => {
    const stages = new Set<string>();
    const result = await runDumpJobNow(worker, 1, { onProgress: ({ stage }) => stages.add(stage) });
    expect(result).toMatchObject({ outcome: 'ok', trigger_kind: 'manual', dump_job_id: 1 });
    expect(stages.size).toBeGreaterThan(0);
    expect(await sql('select outcome, trigger_kind from pgsnapman.dump')).toBe('ok|manual');
    for (const name of ['queue', 'spool', 'staging']) expect(inRoot(name)).toEqual([]);
  });

  it('runs the restores that it triggers, and can be restored by hand itself', async () => {
    await sql(`insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'hand_${number}', 'trigger');
      insert into pgsnapman.dump_job_trigger values (1, 1);
      insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, latest_of_dump_job_id, status) values (1, 'hand2_${number}', 1, 'halted')`);
    const triggered: string[] = [];
    await runDumpJobNow(worker, 1, { onTriggered: ({ outcome }) => triggered.push(outcome) });
    expect(triggered).toEqual(['ok']);
    expect(await runRestoreJobNow(worker, 2)).toMatchObject({ outcome: 'ok', trigger_kind: 'manual' });
    expect(await server.psql(`hand2_${number}`, 'select count(*) from t')).toBe('1000');
    await expect(runRestoreJobNow(worker, 1)).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('dumpjob run'),
    });
    expect(await runRestoreJobNow(worker, 2)).toMatchObject({ outcome: 'failed' });
    expect(
      await sql(`select string_agg(outcome || ' ' || trigger_kind, ',' order by id) from pgsnapman.restore_run`),
    ).toBe('ok dump,ok manual,failed manual');
  });

  it('is refused while it runs, when it is unknown, and when it is another worker’s', async () => {
    const lock = tryLock(lockPath(worker, 'dump-1'));
    await expect(runDumpJobNow(worker, 1)).rejects.toMatchObject({ code: 'busy' });
    lock?.release();
    await expect(runDumpJobNow(worker, 99)).rejects.toMatchObject({ code: 'not_found' });
    await sql(`insert into pgsnapman.worker (name) values ('w2'); update pgsnapman.dump_job set worker_id = 2`);
    await expect(runDumpJobNow(worker, 1)).rejects.toMatchObject({
      code: 'configuration',
      hint: expect.stringContaining('w2'),
    });
  });

  it('is cancelled by a signal, and by a manager through the catalog', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await runDumpJobNow(worker, 1, { signal: controller.signal })).toMatchObject({ outcome: 'cancelled' });
    await server.psql('postgres', `create database slow_${number}`);
    await server.psql(`slow_${number}`, 'create table t (id integer)');
    await sql(`update pgsnapman.dump_job set dbname = 'slow_${number}'`);
    const blocker = await server.connect(`slow_${number}`);
    await blocker.script('begin; lock table t in access exclusive mode');
    const running = runDumpJobNow(worker, 1);
    const asked = setInterval(
      () => void sql('update pgsnapman.activity set cancel_requested = true').catch(() => {}),
      300,
    );
    const result = await running;
    clearInterval(asked);
    await blocker.close();
    expect(result).toMatchObject({ outcome: 'cancelled' });
    expect(await sql('select count(*) from pgsnapman.activity')).toBe('0');
    for (const name of ['queue', 'spool', 'staging']) expect(inRoot(name)).toEqual([]);
  });

  it('works from the cache while the catalog is stopped', async () => {
    await tick();
    await cluster.stop();
    try {
      expect(await runDumpJobNow(worker, 1)).toMatchObject({ outcome: 'ok' });
      await expect(runDumpJobNow(worker, 99)).rejects.toMatchObject({ code: 'not_found' });
    } finally {
      await cluster.start();
    }
    await tick();
    expect(await sql('select outcome from pgsnapman.dump')).toBe('ok');
  });
});

describe('a restore without a dump to restore', () => {
  it('by hand is a failed restore that says so, and leaves nothing waiting', async () => {
    await sql(`
      insert into pgsnapman.dump_job (instance_id, dbname, status) values (1, 'shop', 'halted');
      insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, latest_of_dump_job_id) values (1, 'none_${number}', 1)`);
    expect(await runRestoreJobNow(worker, 1)).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining("there is no good dump of dump job 1 in this worker's repository"),
    });
    expect([inRoot('queue'), inRoot('staging'), inRoot('spool')]).toEqual([[], [], []]);
    expect(await sql('select outcome from pgsnapman.restore_run')).toBe('failed');
  });
});

describe('a run whose process died', () => {
  const died = async (attempts: number, trigger: 'schedule' | 'manual'): Promise<void> => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, schedule) values (1, 'shop', '0 3 1 1 *')`);
    await tick();
    const cached = (await loadConfiguration(worker.root.cache)).configuration;
    const [job, instance] = [cached?.dump_jobs[0], cached?.instances[0]];
    if (job === undefined || instance === undefined) throw new Error('nothing is cached');
    const entry = {
      format: 1,
      kind: 'dump',
      uuid: uuidv7(),
      due_at: null,
      queued_at: now(),
      attempts,
      job,
      instance,
    } as const;
    await worker.queue.add({ ...entry, trigger_kind: trigger });
  };

  it('is run again, with a warning', async () => {
    await died(1, 'schedule');
    const result = await tick();
    expect([result.exitCode, outcomesOf(result)]).toEqual([0, ['dump ok']]);
    expect(await warnings()).toBe('dump job 1 (shop on db1) is run again: its process died');
  });

  it('twice is recorded as failed and not tried any more', async () => {
    await died(2, 'schedule');
    const result = await tick();
    expect([result.exitCode, outcomesOf(result)]).toEqual([21, ['dump failed']]);
    expect(await sql('select outcome, message from pgsnapman.dump')).toMatch(/^failed\|its process died 2 times/);
    expect(inRoot('queue')).toEqual([]);
  });

  it('by hand is recorded as failed at once', async () => {
    await died(1, 'manual');
    expect(outcomesOf(await tick())).toEqual(['dump failed']);
    expect(await sql('select trigger_kind, message from pgsnapman.dump')).toMatch(
      /^manual\|the process that ran it was killed/,
    );
  });

  it('by hand gives way to the next one by hand, and both are recorded', async () => {
    await died(1, 'manual');
    expect(await runDumpJobNow(worker, 1)).toMatchObject({ outcome: 'ok' });
    expect(await sql(`select string_agg(outcome, ',' order by outcome) from pgsnapman.dump`)).toBe('failed,ok');
  });
});
