import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cancelWaiting } from '../../src/worker/run/cancel-waiting.ts';
import { beginSession } from '../../src/worker/run/work-session.ts';
import { workerStatus } from '../../src/worker/status/worker-status.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { until } from '../support/dump-runs.ts';
import { createTickWorker, instanceSql, outcomesOf, type TickWorker } from '../support/tick-worker.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let cluster: Catalog;
let server: TestCluster;
let w: TickWorker;
let number = 0;
let db: string;

const sql = (text: string): Promise<string> => cluster.psql(db, text);
const lines = async (text: string): Promise<string[]> => (await sql(text)).split('\n').filter(Boolean);

beforeAll(async () => {
  [cluster, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await server.psql('postgres', 'create database shop');
  await server.psql('shop', 'create table t (id integer primary key); insert into t select generate_series(1, 100)');
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), server?.remove()]);
});
beforeEach(async () => {
  db = `catalog_${++number}`;
  await cluster.psql('postgres', `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'catalog'`);
  await cluster.psql('postgres', `create database ${db} template catalog`);
  await sql(`insert into pgsnapman.worker (name, timezone) values ('w1', 'UTC'); ${instanceSql(server, 'db1', 1)}`);
  w = await createTickWorker(cluster.url(db));
});
afterEach(() => w.remove());

describe('discovery', () => {
  const inventory = (): Promise<string[]> =>
    lines(
      `select name || ' ' || (dropped_at is null) || ' ' || (size_bytes > 0) from pgsnapman.database order by name`,
    );

  it('writes down what an instance has, what vanished and what came back, by its schedule', async () => {
    await server.psql('postgres', `create database "a=b 'q' ü"`);
    w.at('2026-01-01T10:00:00Z');
    await w.tick();
    expect(await inventory()).toEqual([`a=b 'q' ü true true`, 'postgres true true', 'shop true true']);
    await server.psql('postgres', `drop database "a=b 'q' ü"`);
    w.at('2026-01-01T10:10:00Z');
    await w.tick();
    expect((await inventory())[0]).toBe(`a=b 'q' ü true true`);
    w.at('2026-01-01T10:15:00Z');
    await w.tick();
    expect((await inventory())[0]).toBe(`a=b 'q' ü false true`);
    expect(await sql(`select level, text from pgsnapman.message where job_class = 'discovery'`)).toBe(
      `warning|database a=b 'q' ü on db1 is not there any more; its dumps stay`,
    );
    await server.psql('postgres', `create database "a=b 'q' ü"`);
    w.at('2026-01-01T11:15:00Z');
    await w.tick();
    expect((await inventory())[0]).toBe(`a=b 'q' ü true true`);
    await server.psql('postgres', `drop database "a=b 'q' ü"`);
  });

  it('makes dump jobs where the instance says so, one for each database that has none', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, status) values (1, 'shop', 'halted')`);
    await w.tick();
    expect(await sql('select count(*) from pgsnapman.dump_job')).toBe('1');
    await sql(`update pgsnapman.worker set auto_add = 'halted'; update pgsnapman.instance set auto_add = 'inherit';
      insert into pgsnapman.request (worker_id, kind) values (1, 'discover')`);
    await w.tick();
    await sql(`insert into pgsnapman.request (worker_id, kind) values (1, 'discover')`);
    await w.tick();
    const jobs = await lines(
      `select dbname || ' ' || status || ' ' || comment from pgsnapman.dump_job where comment is not null`,
    );
    expect(jobs).toEqual(['postgres halted made by discovery']);
    const [minute, hour] = (await sql('select schedule from pgsnapman.dump_job where id = 2')).split(' ').map(Number);
    expect(minute).toBeGreaterThanOrEqual(0);
    expect((hour ?? 12) >= 20 || (hour ?? 12) < 6).toBe(true);
  });

  it('tells once of an instance that does not answer, and keeps its inventory', async () => {
    await w.tick();
    await sql('update pgsnapman.instance set port = 1');
    for (let times = 0; times < 2; times++) {
      await sql(`insert into pgsnapman.request (worker_id, kind) values (1, 'discover')`);
      await w.tick();
    }
    expect(await sql(`select count(*), min(text) from pgsnapman.message where job_class = 'discovery'`)).toMatch(
      /^1\|the databases of db1 could not be listed: .*not reachable/,
    );
    expect(await sql('select count(*) from pgsnapman.database where dropped_at is null')).toBe('2');
  });
});

describe('requests', () => {
  const ask = async (kind: string, args: object = {}, more = ''): Promise<number> =>
    Number(
      await sql(`insert into pgsnapman.request (worker_id, kind, arguments${more === '' ? '' : ', expires_at'})
      values (1, '${kind}', '${JSON.stringify(args).replaceAll("'", "''")}'${more}) returning id`),
    );
  const answer = async (id: number) =>
    JSON.parse(
      await sql(`select json_build_object('state', state, 'answer', answer) from pgsnapman.request where id = ${id}`),
    );

  it('that only read are answered, also by a halted worker, which refuses the others', async () => {
    await sql(`update pgsnapman.worker set status = 'halted'`);
    const reading = {
      refresh: {},
      doctor: {},
      check: {},
      repository_status: {},
      test_instance: { instance_id: 1 },
      list_databases: { instance_id: 1 },
      list_tables: { instance_id: 1, dbname: 'shop' },
      list_target: { instance_id: 1 },
      cancel: { uuid: randomUUID() },
    };
    const asked = new Map<string, number>();
    for (const [kind, args] of Object.entries(reading)) asked.set(kind, await ask(kind, args));
    for (const kind of ['run_dump_job', 'discover', 'prune']) asked.set(kind, await ask(kind, { job_id: 1 }));
    await w.tick();
    const answers = new Map<string, { state: string; answer: Record<string, unknown> }>();
    for (const [kind, id] of asked) answers.set(kind, await answer(id));
    for (const kind of Object.keys(reading)) expect(answers.get(kind), kind).toMatchObject({ state: 'done' });
    expect(answers.get('list_tables')?.answer).toMatchObject({ tables: [{ schema: 'public', name: 't' }] });
    expect(answers.get('list_databases')?.answer).toMatchObject({
      databases: [{ name: 'postgres' }, { name: 'shop' }],
    });
    expect(answers.get('list_target')?.answer).toMatchObject({ tablespaces: ['pg_default'] });
    expect(answers.get('cancel')?.answer).toEqual({ cancelled: null });
    expect(await sql('select dump_count from pgsnapman.repository')).toBe('0');
    for (const kind of ['run_dump_job', 'discover', 'prune']) {
      expect(answers.get(kind), kind).toMatchObject({ state: 'refused', answer: { code: 'configuration' } });
    }
  });

  it('run a job now, under the uuid of the request, with its triggers; its log can be read', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, status) values (1, 'shop', 'halted');
      insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'copy_${number}', 'trigger');
      insert into pgsnapman.dump_job_trigger values (1, 1)`);
    const id = await ask('run_dump_job', { job_id: 1 });
    await w.tick();
    expect(await answer(id)).toMatchObject({
      state: 'done',
      answer: { result: { outcome: 'ok', dbname: 'shop' }, restores: [{ outcome: 'ok' }] },
    });
    expect(
      await sql(`select d.uuid = r.uuid, d.trigger_kind from pgsnapman.dump d, pgsnapman.request r where r.id = ${id}`),
    ).toBe('t|manual');
    const uuid = await sql('select uuid from pgsnapman.dump');
    const log = await ask('log', { uuid, from_line: 2 });
    const restore = await sql(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, status)
      values (1, 1, 'again_${number}', 'halted') returning id`);
    const restored = await ask('run_restore_job', { job_id: Number(restore) });
    await w.tick();
    const part = (await answer(log)).answer;
    expect(part.next_line).toBe(part.line_count + 1);
    expect(part.lines).toHaveLength(part.line_count - 1);
    expect(await answer(restored)).toMatchObject({ state: 'done', answer: { result: { outcome: 'ok' } } });
    await server.psql('postgres', `drop database copy_${number}`);
    await server.psql('postgres', `drop database again_${number}`);
  });

  it('about dumps, restores, scripts and the repository are answered with what was found and done', async () => {
    await server.psql('postgres', `create database replaced_${number}`);
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single');
      insert into pgsnapman.script (name, code) values ('mask', 'select 1')`);
    await w.tick();
    const dump = await sql('select uuid from pgsnapman.dump');
    const restore = Number(
      await sql(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, existing_db, status)
        values (1, 1, 'replaced_${number}', 'rename', 'halted') returning id`),
    );
    const kinds = {
      plan_restore: { job_id: restore },
      run_restore_job: { job_id: restore },
      verify: { dump_uuid: dump, level: 3 },
      drill: { dump_uuid: dump, instance_id: 1 },
      script_allowed: { script_id: 1 },
      discover: {},
      clean: {},
      prune: { dry_run: true },
    };
    const found: Record<string, { state: string; answer: unknown }> = {};
    for (const [kind, args] of Object.entries(kinds)) {
      const id = await ask(kind, args);
      await w.tick();
      found[kind] = await answer(id);
    }
    expect(found).toMatchObject({
      plan_restore: { state: 'done', answer: { target: { exists: true } } },
      run_restore_job: { state: 'done', answer: { result: { outcome: 'ok' } } },
      verify: { state: 'done', answer: { verified_level: 3, verification_failed: null } },
      drill: { state: 'done', answer: { verified_level: 4, verification_failed: null } },
      script_allowed: { state: 'done', answer: { allowed: false } },
      discover: { state: 'done', answer: { instances: expect.anything() } },
      clean: { state: 'done' },
      prune: { state: 'done', answer: { dry_run: true, removed_packs: 0 } },
    });
    expect(await server.psql(`replaced_${number}`, 'select count(*) from t')).not.toBe('0');
    const run = await sql(`select id from pgsnapman.restore_run where restore_job_id = ${restore}`);
    const undo = await ask('undo', { restore_run_id: Number(run) });
    await w.tick();
    expect(await answer(undo)).toMatchObject({ state: 'done' });
    expect(await server.psql(`replaced_${number}`, `select to_regclass('t') is null`)).toBe('t');
    for (const name of (
      await server.psql('postgres', `select datname from pg_database where datname like 'replaced_%'`)
    ).split('\n'))
      await server.psql('postgres', `drop database "${name}"`);
  });

  it('are never carried out after they expired, nor with arguments that make no sense', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, status) values (1, 'shop', 'halted')`);
    const expired = await ask('run_dump_job', { job_id: 1 }, `, now() - interval '1 second'`);
    const senseless = await ask('run_dump_job', { job: "1'; drop table" });
    const unknown = await ask('run_dump_job', { job_id: 99 });
    const undo = await ask('undo');
    await w.tick();
    expect(await answer(expired)).toMatchObject({ state: 'expired' });
    expect(await answer(senseless)).toMatchObject({ state: 'failed', answer: { code: 'usage' } });
    expect(await answer(unknown)).toMatchObject({ state: 'failed', answer: { code: 'not_found' } });
    expect((await answer(undo)).state).toBe('failed');
    expect(await sql('select count(*) from pgsnapman.dump')).toBe('0');
  });

  it('whose process died are answered by the next tick, and what was done is not done again', async () => {
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, status) values (1, 'shop', 'halted')`);
    const id = await ask('run_dump_job', { job_id: 1 });
    await w.tick();
    await sql(`update pgsnapman.request set state = 'running', answer = null, answered_at = null`);
    await w.tick();
    expect(await answer(id)).toMatchObject({ state: 'done', answer: { result: { outcome: 'ok' } } });
    expect(await sql('select count(*) from pgsnapman.dump')).toBe('1');
    await sql(`update pgsnapman.request set state = 'running', expires_at = now() - interval '1 minute'`);
    await w.tick();
    expect(await answer(id)).toMatchObject({ state: 'expired' });
  });
});

describe('a run that fails for something that may pass', () => {
  it('is put off and tried again, a few times, and then has failed', async () => {
    await sql(`update pgsnapman.instance set port = 1;
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    w.at('2026-01-01T10:00:00Z');
    expect((await w.tick()).runs).toEqual([]);
    const status = await workerStatus(w.worker, 5);
    expect(status.waiting).toMatchObject([
      { run: 'dump job 1 (shop on db1)', not_before: new Date('2026-01-01T10:01:00Z') },
    ]);
    w.at('2026-01-01T10:00:59Z');
    expect((await w.tick()).messages).toEqual([]);
    for (const time of ['10:01', '10:06']) {
      w.at(`2026-01-01T${time}:00Z`);
      expect((await w.tick()).messages.map(({ text }) => text)).toEqual([expect.stringContaining('is tried again')]);
    }
    w.at('2026-01-01T10:21:00Z');
    expect(outcomesOf((await w.tick()).runs)).toEqual(['dump failed']);
    expect(await sql('select count(*) from pgsnapman.dump')).toBe('1');
    expect((await w.tick()).runs).toEqual([]);
  });

  it('succeeds when the table that was locked is free again, and says who held it', async () => {
    const blocker = await server.connect('shop');
    await blocker.script('begin; lock table t in access exclusive mode');
    await sql(`update pgsnapman.setting set value = '2 seconds' where key = 'lock_wait_timeout';
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    w.at('2026-01-01T10:00:00Z');
    const [message] = (await w.tick()).messages;
    expect(message?.text).toMatch(/is tried again after .* did not get its lock in time.* held by process \d+/);
    await blocker.close();
    w.at('2026-01-01T10:01:00Z');
    expect(outcomesOf((await w.tick()).runs)).toEqual(['dump ok']);
  });

  it('is not tried again when its job was deleted meanwhile, or taken back', async () => {
    await sql(`update pgsnapman.instance set port = 1;
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single'), (1, 'shop', 'single')`);
    w.at('2026-01-01T10:00:00Z');
    await w.tick();
    await sql('delete from pgsnapman.dump_job where id = 1');
    await sql(`update pgsnapman.dump_job set claimed_by = null, run_uuid = null, status = 'halted' where id = 2`);
    w.at('2026-01-01T10:01:00Z');
    const { runs, messages } = await w.tick();
    expect(runs).toEqual([]);
    expect(messages.map(({ text }) => text).sort()).toEqual([
      expect.stringMatching(/^dump job 1 .* was skipped: the job was deleted, or taken back/),
      expect.stringMatching(/^dump job 2 .* was skipped: the job was deleted, or taken back/),
    ]);
    expect(await readdir(w.worker.root.queue)).toEqual([]);
    expect((await w.tick()).messages).toEqual([]);
  });

  it('is not tried again when its job repeats and was deleted meanwhile', async () => {
    await sql(`update pgsnapman.instance set port = 1;
      insert into pgsnapman.dump_job (instance_id, dbname, schedule, activated_at, created_at)
        values (1, 'shop', '0 10 * * *', '2026-01-01T09:00:00Z', '2026-01-01T09:00:00Z')`);
    w.at('2026-01-01T09:59:00Z');
    await w.tick();
    w.at('2026-01-01T10:00:00Z');
    expect((await w.tick()).messages.map(({ text }) => text)).toEqual([expect.stringContaining('is tried again')]);
    await sql('delete from pgsnapman.dump_job');
    // All jobs gone is believed when a second answer says the same.
    await w.tick();
    w.at('2026-01-01T10:01:00Z');
    const { runs, messages } = await w.tick();
    expect([runs, messages.map(({ text }) => text)]).toEqual([[], [expect.stringContaining('the job was deleted')]]);
    expect(await readdir(w.worker.root.queue)).toEqual([]);
  });

  it('can be cancelled while it waits', async () => {
    await sql(`update pgsnapman.instance set port = 1;
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    await w.tick();
    const [uuid = ''] = (await w.worker.queue.list()).entries.map((entry) => entry.uuid);
    expect(await cancelWaiting(await beginSession(w.worker), uuid)).toBe(true);
    await w.tick();
    expect(await sql('select outcome from pgsnapman.dump')).toBe('cancelled');
    expect(await sql('select finished_at is not null from pgsnapman.dump_job')).toBe('t');
  });
});

describe('a halted job', () => {
  it('does not start any more although a tick that began before has it in its queue', async () => {
    await server.psql('postgres', `create database slow_${number}`);
    await server.psql(`slow_${number}`, 'create table t (id integer)');
    const blocker = await server.connect(`slow_${number}`);
    await blocker.script('begin; lock table t in access exclusive mode');
    await sql(`update pgsnapman.setting set value = '1' where key = 'max_parallel_dumps';
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'slow_${number}', 'single')`);
    const first = w.tick();
    await until(async () => (await sql('select count(*) from pgsnapman.activity')) === '1', 'the first dump runs');
    await sql(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
    expect((await w.tick()).runs).toEqual([]);
    await sql("update pgsnapman.dump_job set status = 'halted' where id = 2");
    await w.tick();
    await blocker.close();
    expect(outcomesOf((await first).runs)).toEqual(['dump ok']);
    await sql(`update pgsnapman.dump_job set status = 'active' where id = 2`);
    expect(outcomesOf((await w.tick()).runs)).toEqual(['dump ok']);
  });
});
