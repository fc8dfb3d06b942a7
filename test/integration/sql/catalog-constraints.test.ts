import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultRestoreJob } from '../../../src/core/model/default-restore-job.ts';
import { addRestoreJob } from '../../../src/sql/catalog/restore-jobs.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { emptyCatalog } from '../../support/empty-catalog.ts';

let cluster: TestCluster;
let c: Connection;

beforeAll(async () => {
  cluster = await startTestCatalog();
  c = await cluster.connect('catalog');
});
afterAll(() => cluster?.remove());
beforeEach(async () => {
  await emptyCatalog(c);
  await c.script(`insert into pgsnapman.worker (name) values ('w1'); insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1);
    insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'shop');
    insert into pgsnapman.dump (uuid, dump_job_id, worker_id, dump_type, started_at, ended_at, outcome, state)
      values (gen_random_uuid(), 1, 1, 'full', now(), now(), 'ok', 'available')`);
});

const value = async (sql: string) => Object.values((await c.row<Record<string, unknown>>(sql)) ?? {})[0];

describe('plain inserts', () => {
  test('are enough: everything else has a default', async () => {
    await c.script(`insert into pgsnapman.worker (name) values ('w2');
      insert into pgsnapman.instance (host, default_worker_id) values ('db1.example.org', 1);
      insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'shop');
      insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single');
      insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'shop2')`);
    expect(await c.row('select job_type, status, existing_db, role_handling from pgsnapman.restore_job')).toEqual({
      job_type: 'single',
      status: 'active',
      existing_db: 'leave',
      role_handling: 'use',
    });
    expect(await c.row('select schedule, run_at from pgsnapman.dump_job where id = 3')).toEqual({
      schedule: null,
      run_at: null,
    });
  });

  test('of a restore job are filled in as the core says', async () => {
    const row = { dest_instance_id: 1, dest_dbname: 'shop2', dump_id: 1 };
    const { dump_uuid, ...job } = await addRestoreJob(c, row);
    expect(dump_uuid).not.toBeNull();
    const { dump_uuid: _unknown, ...expected } = defaultRestoreJob({ id: job.id, ...row }, job.created_at);
    expect(job).toEqual(expected);
  });

  test('name an instance after its host and port, differently when the name is taken', async () => {
    await c.script(
      `insert into pgsnapman.worker (name) values ('w2'); insert into pgsnapman.instance (host, port, default_worker_id) values ('db1', 5433, 1), ('db1', 5433, 2)`,
    );
    expect(
      (await c.rows<{ name: string }>('select name from pgsnapman.instance order by id')).map(({ name }) => name),
    ).toEqual(['db1', 'db1:5433', 'db1:5433 (2)']);
  });

  test.each([
    ['20:00', '06:00', (minute: number) => minute >= 1200 || minute < 360],
    ['01:00', '01:05', (minute: number) => minute >= 60 && minute < 65],
    ['23:59', '00:01', (minute: number) => minute === 1439 || minute === 0],
    ['06:00', '05:59', (minute: number) => minute !== 359],
  ])('give a repeat job a random minute of the window %s to %s', async (start, end, fits) => {
    const schedules = await c.rows<{ schedule: string }>(
      `select pgsnapman.random_schedule($1::time, $2::time) as schedule from generate_series(1, 500)`,
      [start, end],
    );
    const minutes = schedules.map(({ schedule }) => {
      expect(schedule).toMatch(/^\d+ \d+ \* \* \*$/);
      const [minute = '', hour = ''] = schedule.split(' ');
      return Number(hour) * 60 + Number(minute);
    });
    expect(minutes.filter((minute) => !fits(minute))).toEqual([]);
    expect(new Set(minutes).size).toBeGreaterThan(1);
  });

  test('note when a job becomes active again', async () => {
    await c.script(`update pgsnapman.dump_job set status = 'halted', activated_at = '2000-01-01'`);
    expect(await value(`select activated_at = '2000-01-01' from pgsnapman.dump_job`)).toBe(true);
    await c.script(`update pgsnapman.dump_job set status = 'active'`);
    expect(await value(`select activated_at > now() - interval '1 minute' from pgsnapman.dump_job`)).toBe(true);
  });
});

describe('what makes no sense is refused with a name or a sentence that says why', () => {
  test.each([
    [`insert into pgsnapman.worker (name) values ('w1')`, 'worker_name_is_unique'],
    [`insert into pgsnapman.worker (name) values (E'a\\nb')`, 'worker_name_is_plain_text'],
    [`insert into pgsnapman.worker (name) values ('')`, 'worker_name_is_plain_text'],
    [
      `insert into pgsnapman.worker (name, clean_schedule) values ('x', 'often')`,
      'worker_clean_schedule_is_a_schedule',
    ],
    [`insert into pgsnapman.worker (name, stall_timeout) values ('x', '0')`, 'worker_stall_timeout_is_positive'],
    [`insert into pgsnapman.instance (host, port) values ('h', 0)`, 'instance_port_is_a_port'],
    [`insert into pgsnapman.instance (host) values ('a b')`, 'instance_host_is_plain_text'],
    [
      `insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1)`,
      'instance_host_port_and_worker_are_unique',
    ],
    [`insert into pgsnapman.instance (host, default_worker_id) values ('h', 99)`, 'instance_default_worker_exists'],
    [`insert into pgsnapman.instance (host, sslmode) values ('h', 'maybe')`, 'instance_sslmode_is_known'],
    [
      `insert into pgsnapman.instance (host, window_start, window_end) values ('h', '20:00', '20:00')`,
      'instance_window_is_not_empty',
    ],
    [`insert into pgsnapman.dump_job (instance_id) values (1)`, 'dump_job_dbname_fits_the_dump_type'],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, dump_type) values (1, 'x', 'cluster')`,
      'dump_job_dbname_fits_the_dump_type',
    ],
    [`insert into pgsnapman.dump_job (instance_id, dbname) values (1, repeat('x', 64))`, 'dump_job_dbname_is_a_name'],
    [`insert into pgsnapman.dump_job (instance_id, dbname) values (99, 'x')`, 'dump_job_instance_exists'],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, schedule) values (1, 'x', '61 minutes')`,
      'dump_job_schedule_is_five_fields_or_a_nickname',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, job_type, schedule) values (1, 'x', 'single', '@daily')`,
      'dump_job_schedule_is_for_repeat_jobs',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, run_at) values (1, 'x', now())`,
      'dump_job_run_at_is_for_single_jobs',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, keep_last) values (1, 'x', 0)`,
      'dump_job_keep_last_is_at_least_1',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, parallel) values (1, 'x', 65)`,
      'dump_job_parallel_is_1_to_64',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, options) values (1, 'x', '{--file=/etc/passwd}')`,
      'dump_job_options_are_allowed',
    ],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, options) values (1, 'x', array[null])`,
      'dump_job_options_are_allowed',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (99, 1, 'x')`,
      'restore_job_dump_exists',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, latest_of_dump_job_id, dest_instance_id, dest_dbname) values (1, 1, 1, 'x')`,
      'restore_job_has_at_most_one_source',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, existing_data) values (1, 1, 'x', 'truncate')`,
      'restore_job_truncate_is_for_data',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, options) values (1, 1, 'x', '{--dbname=y}')`,
      'restore_job_options_are_allowed',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, role_map) values (1, 1, 'x', '[]')`,
      'restore_job_role_map_is_an_object',
    ],
    [
      `insert into pgsnapman.dump (uuid, dump_type, started_at, ended_at, outcome) values (gen_random_uuid(), 'full', now(), now(), 'ok')`,
      'dump_state_is_for_good_dumps',
    ],
    [`insert into pgsnapman.script (name, code) values ('../x', '')`, 'script_name_is_a_plain_word'],
    [`update pgsnapman.setting set value = '0 minutes' where key = 'stall_timeout'`, 'setting_value_fits_the_key'],
    [`update pgsnapman.setting set value = 'many' where key = 'max_parallel_dumps'`, 'setting_value_fits_the_key'],
    [`update pgsnapman.setting set value = '7,1,0' where key = 'retention_on_delete'`, 'setting_value_fits_the_key'],
    [`update pgsnapman.setting set value = 'mine' where key = 'catalog_id'`, 'setting_value_fits_the_key'],
  ])('%s', async (sql, constraint) => {
    await expect(c.script(sql)).rejects.toMatchObject({ constraint, message: expect.stringContaining(constraint) });
  });

  test.each([
    [`update pgsnapman.worker set timezone = 'Mars/Olympus'`, 'time zone "Mars/Olympus" is not known'],
    [
      `insert into pgsnapman.dump_job (instance_id, dbname, timezone) values (1, 'x', 'CEST5')`,
      'time zone "CEST5" is not known',
    ],
    [
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname) values (1, 'x')`,
      'a single restore job needs a dump',
    ],
    [
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type, schedule) values (1, 'x', 'repeat', '@daily')`,
      'a repeat restore job needs a dump',
    ],
    [
      `update pgsnapman.instance set restores = 'never'; insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'x')`,
      'instance 1 takes no restores',
    ],
    [
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'shop', 'trigger'); insert into pgsnapman.dump_job_trigger values (1, 1)`,
      'would overwrite the database that dump job 1 dumps',
    ],
    [
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'x'); insert into pgsnapman.dump_job_trigger values (1, 1)`,
      'is not a triggered one',
    ],
    [
      `update pgsnapman.setting set value = 'soon' where key = 'catch_up'`,
      'invalid input syntax for type interval: "soon"',
    ],
  ])('%s', async (sql, sentence) => {
    await expect(c.script(sql)).rejects.toMatchObject({ message: expect.stringContaining(sentence) });
  });

  test('hostile names are names', async () => {
    for (const name of ['a=b', '-f', 'quote"\'', 'new\nline', 'ünïcode 🐘', 'x'.repeat(63), '$(rm)']) {
      await c.execute('insert into pgsnapman.dump_job (instance_id, dbname) values (1, $1)', [name]);
    }
  });
});

describe('results outlive what made them', () => {
  test('deleting a job, its instance and its worker leaves the dump', async () => {
    await c.script(`delete from pgsnapman.dump_job; delete from pgsnapman.instance; delete from pgsnapman.worker`);
    expect(await c.row('select dump_job_id, instance_id, worker_id, outcome from pgsnapman.dump')).toEqual({
      dump_job_id: null,
      instance_id: null,
      worker_id: null,
      outcome: 'ok',
    });
  });

  test('an instance with jobs is not deleted by mistake', async () => {
    await expect(c.script('delete from pgsnapman.instance')).rejects.toMatchObject({
      constraint: 'dump_job_instance_exists',
    });
  });
});

describe('listeners are told', () => {
  async function heardDuring(work: () => Promise<unknown>): Promise<string[]> {
    const listener = await cluster.connect('catalog');
    const heard: string[] = [];
    const end = new Promise<void>((resolve) =>
      listener.onNotification((channel, payload) => {
        if (channel === 'end') resolve();
        else heard.push(payload);
      }),
    );
    await listener.script('listen pgsnapman; listen "end"');
    await work();
    await c.script('notify "end"');
    await end;
    await listener.close();
    return heard;
  }

  test('which table changed, once in a transaction', async () => {
    const work = () =>
      c.transaction(() =>
        c.script(
          `update pgsnapman.instance set comment = 'x'; insert into pgsnapman.message (level, text) select 'info', 'x' from generate_series(1, 100)`,
        ),
      );
    expect((await heardDuring(work)).sort()).toEqual(['instance', 'message']);
  });

  test('nothing when a statement changed nothing', async () => {
    expect(
      await heardDuring(() =>
        c.script(`update pgsnapman.dump_job set claimed_by = 1 where id < 0; delete from pgsnapman.activity`),
      ),
    ).toEqual([]);
  });

  test('that a worker was seen, which is no change to act on', async () => {
    expect(await heardDuring(() => c.script('update pgsnapman.worker set last_seen_at = now()'))).toEqual([
      'worker_seen',
    ]);
    expect(await heardDuring(() => c.script(`update pgsnapman.worker set status = 'halted'`))).toEqual(['worker']);
  });
});

describe('the audit', () => {
  test('says who changed what, without what workers write while they work', async () => {
    await c.script('delete from pgsnapman.audit');
    await c.script(`update pgsnapman.dump_job set claimed_by = 1, claimed_at = now(), run_uuid = gen_random_uuid(), finished_at = now();
      update pgsnapman.worker set last_seen_at = now(), version = '1', tools = '[]'`);
    expect(await c.rows('select * from pgsnapman.audit')).toEqual([]);
    await c.script(
      `update pgsnapman.dump_job set comment = 'x'; update pgsnapman.setting set value = '48 hours' where key = 'catch_up'; update pgsnapman.setting set value = '24 hours' where key = 'catch_up'`,
    );
    const rows = await c.rows(
      `select table_name, row_id, action, changed_by, application, before ->> 'comment' as before, after ->> 'comment' as after from pgsnapman.audit order by id`,
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      table_name: 'dump_job',
      row_id: '1',
      action: 'update',
      changed_by: cluster.superuser,
      application: 'pgsnapman',
      before: null,
      after: 'x',
    });
    expect(rows[1]).toMatchObject({ table_name: 'setting', row_id: 'catch_up' });
  });
});
