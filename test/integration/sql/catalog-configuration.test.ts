import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type WorkerConfiguration, workerConfigurationSchema } from '../../../src/core/model/configuration.ts';
import { claimDumpJobs } from '../../../src/sql/catalog/claims.ts';
import { fetchWorkerConfiguration } from '../../../src/sql/catalog/configuration.ts';
import { whatWaits } from '../../../src/sql/catalog/what-waits.ts';
import { reportWorker } from '../../../src/sql/catalog/workers.ts';
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
  await c.script(`insert into pgsnapman.worker (name, catch_up) values ('w1', '90 minutes'), ('w2', null), ('w3', null);
    insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1), ('db2', 2), ('db3', 3), ('unused', null);
    insert into pgsnapman.dump_job (instance_id, dbname, worker_id) values (1, 'own', null), (2, 'named', 1), (2, 'other', null), (3, 'third', null);
    insert into pgsnapman.dump (uuid, worker_id, dump_type, started_at, ended_at, outcome, state)
      select gen_random_uuid(), n, 'full', now(), now(), 'ok', 'available' from generate_series(1, 3) as n`);
});

const fetched = () => fetchWorkerConfiguration(c, 'w1');
const ids = (rows: { id: number }[]) => rows.map(({ id }) => id);

describe('the configuration of a worker', () => {
  test('is complete and valid, with intervals in milliseconds', async () => {
    const configuration = await fetched();
    expect(workerConfigurationSchema.strict().parse(configuration)).toEqual(configuration);
    expect(configuration).toMatchObject({
      format: 1,
      worker: { id: 1, name: 'w1', catch_up_ms: 5_400_000, stall_timeout_ms: null },
      settings: { stall_timeout: '10 minutes', max_parallel: '2' },
      setting_durations_ms: { catch_up: 86_400_000, stall_timeout: 600_000, lock_wait_timeout: 300_000 },
    });
    expect(configuration.catalog_id).toBe(configuration.settings.catalog_id);
  });

  test('has the jobs that it runs, and their instances', async () => {
    const configuration = await fetched();
    expect(ids(configuration.dump_jobs)).toEqual([1, 2]);
    expect(ids(configuration.instances)).toEqual([1, 2]);
  });

  test('has halted jobs and waiting single jobs, but not finished ones', async () => {
    await c.script(`update pgsnapman.dump_job set status = 'halted' where id = 1;
      insert into pgsnapman.dump_job (instance_id, dbname, job_type, finished_at) values (1, 'waiting', 'single', null), (1, 'done', 'single', now())`);
    expect(ids((await fetched()).dump_jobs)).toEqual([1, 2, 5]);
  });

  test('has the restore jobs that its dumps trigger, in order, and their targets', async () => {
    await c.script(`insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (3, 'x', 'trigger'), (1, 'y', 'trigger'), (3, 'z', 'trigger');
      insert into pgsnapman.dump_job_trigger values (1, 2, 2), (1, 1, 1), (4, 3, 1)`);
    const configuration = await fetched();
    expect(ids(configuration.restore_jobs)).toEqual([1, 2]);
    expect(configuration.triggers).toEqual([
      { dump_job_id: 1, restore_job_id: 1, position: 1 },
      { dump_job_id: 1, restore_job_id: 2, position: 2 },
    ]);
    expect(ids(configuration.instances)).toEqual([1, 2, 3]);
  });

  test('has the restore jobs of dumps that it holds, and the dump jobs that feed them', async () => {
    await c.script(`insert into pgsnapman.restore_job (dump_id, latest_of_dump_job_id, dest_instance_id, dest_dbname, job_type, schedule, finished_at) values
      (1, null, 3, 'a', 'single', null, null), (null, 2, 3, 'b', 'repeat', '@daily', null), (2, null, 3, 'c', 'single', null, null),
      (1, null, 3, 'd', 'single', null, now()), (null, 4, 3, 'e', 'repeat', '@daily', null)`);
    expect(ids((await fetched()).restore_jobs)).toEqual([1, 2]);
    await c.script('update pgsnapman.worker set restore_worker_id = 1 where id = 3');
    const forTwo = await fetched();
    expect(ids(forTwo.restore_jobs)).toEqual([1, 2, 5]);
    expect(ids(forTwo.dump_jobs)).toEqual([1, 2, 4]);
    await c.script('update pgsnapman.worker set restore_worker_id = 2 where id = 1');
    expect(ids((await fetched()).restore_jobs)).toEqual([5]);
  });

  test('knows the identity of the dump that a job restores', async () => {
    await c.script(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 3, 'a')`);
    const dump = await c.row<{ uuid: string }>('select uuid from pgsnapman.dump where id = 1');
    expect((await fetched()).restore_jobs[0]).toMatchObject({ dump_id: 1, dump_uuid: dump?.uuid });
  });

  test('is of one moment, also while others change it', async () => {
    const writer = await cluster.connect('catalog');
    let stop = false;
    const writing = (async () => {
      // a job and its trigger always come and go together
      while (!stop) {
        await writer.script(`begin; insert into pgsnapman.restore_job (id, dest_instance_id, dest_dbname, job_type) values (100, 3, 'x', 'trigger'); insert into pgsnapman.dump_job_trigger values (1, 100); commit;
          begin; delete from pgsnapman.dump_job_trigger; delete from pgsnapman.restore_job; commit`);
      }
    })();
    for (let i = 0; i < 100; i += 1) {
      const configuration = await fetched();
      expect(configuration.triggers.length).toBe(configuration.restore_jobs.length);
    }
    stop = true;
    await writing;
    await writer.close();
  });

  test('is not there for a worker that is not registered', async () => {
    await expect(fetchWorkerConfiguration(c, 'nobody')).rejects.toMatchObject({
      code: 'not_found',
      hint: 'run: pgsnapman worker register NAME',
    });
  });
});

describe('whether it changed', () => {
  let known: WorkerConfiguration;
  beforeEach(async () => {
    known = await fetched();
  });
  const differs = async (from: WorkerConfiguration) => (await whatWaits(c, 1, from)).configuration;
  const changed = () => differs(known);

  test('no, as long as nobody changes anything', async () => {
    expect(await changed()).toBe(false);
    expect(await changed()).toBe(false);
  });

  test.each([
    [
      'a setting',
      `update pgsnapman.setting set value = '23 hours' where key = 'catch_up'; update pgsnapman.setting set value = '24 hours' where key = 'catch_up'`,
    ],
    ['a worker', `update pgsnapman.worker set timezone = 'UTC' where id = 1`],
    ['an instance', `update pgsnapman.instance set port = 5433 where id = 1`],
    ['a new job', `insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'new')`],
    ['a deleted job', `delete from pgsnapman.dump_job where id = 1`],
    [
      'a restore job',
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'x', 'trigger')`,
    ],
    ['a script', `insert into pgsnapman.script (name, code) values ('s' || floor(random() * 1e9), 'x')`],
  ])('%s: yes, until it is fetched again', async (_, sql) => {
    await c.script(sql);
    expect(await changed()).toBe(true);
    known = await fetched();
    expect(await changed()).toBe(false);
  });

  test('not by what workers write while they work', async () => {
    await c.script(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'x', 'single')`);
    known = await fetched();
    await reportWorker(c, 1, { version: '9', tools: [{ version: '15.1', directory: '/x' }] });
    expect(await claimDumpJobs(c, 1)).toHaveLength(1);
    await c.script('update pgsnapman.dump_job set finished_at = now() where job_type = $$single$$');
    expect(await changed()).toBe(false);
  });

  test('by a transaction that was open when it was fetched and is committed later', async () => {
    const early = await cluster.connect('catalog');
    const early2 = await cluster.connect('catalog');
    await early.script(`begin; update pgsnapman.instance set comment = 'early' where id = 1`);
    await early2.script(`begin; update pgsnapman.instance set comment = 'rolled back' where id = 2`);
    // later transactions that are over before the fetch, so that the open ones lie in the middle of its snapshot
    await c.script(`update pgsnapman.instance set comment = 'late' where id = 3`);
    known = await fetched();
    expect(known.instances[0]?.comment).toBeNull();
    expect(await changed()).toBe(false);
    await early2.script('rollback');
    expect(await changed()).toBe(false);
    await early.script('commit');
    expect(await changed()).toBe(true);
    known = await fetched();
    expect(known.instances[0]?.comment).toBe('early');
    expect(await changed()).toBe(false);
    await Promise.all([early.close(), early2.close()]);
  });

  test('by a change inside a savepoint, and not by one that was rolled back', async () => {
    await c.script(
      `begin; savepoint a; update pgsnapman.instance set comment = 'kept' where id = 1; release a; commit`,
    );
    expect(await changed()).toBe(true);
    known = await fetched();
    await c.script(
      `begin; savepoint a; update pgsnapman.instance set comment = 'gone' where id = 1; rollback to a; commit`,
    );
    expect(await changed()).toBe(false);
  });

  test('when it is another catalog, or one that went back in time', async () => {
    expect(await differs({ ...known, catalog_id: '00000000-0000-0000-0000-000000000000' })).toBe(true);
    expect(await differs({ ...known, snapshot: '999999999:999999999:' })).toBe(true);
  });
});
