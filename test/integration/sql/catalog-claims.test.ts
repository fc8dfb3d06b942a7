import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dumpJobSchema, restoreJobSchema } from '../../../src/core/model/configuration.ts';
import {
  claimDumpJobs,
  claimForRunByHand,
  claimRestoreJobs,
  unfinishedClaims,
} from '../../../src/sql/catalog/claims.ts';
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
/** Workers 1, 2 (restored for by 3), 3; instance 1 of worker 1, instance 2 of worker 2; dump 1 of worker 1, dump 2 of worker 2. */
beforeEach(async () => {
  await emptyCatalog(c);
  await c.script(`insert into pgsnapman.worker (name) values ('w1'), ('w2'), ('w3');
    update pgsnapman.worker set restore_worker_id = 3 where id = 2;
    insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1), ('db2', 2);
    insert into pgsnapman.dump (uuid, worker_id, dump_type, started_at, ended_at, outcome, state)
      select gen_random_uuid(), n, 'full', now(), now(), 'ok', 'available' from generate_series(1, 2) as n`);
});

const single = (more = '', values = '') =>
  c.script(
    `insert into pgsnapman.dump_job (instance_id, dbname, job_type${more}) values (1, 'shop', 'single'${values})`,
  );
const idsOf = (jobs: { id: number }[]) => jobs.map(({ id }) => id).sort();

describe('single dump jobs', () => {
  test('are given once, however many ask at the same time', async () => {
    await c.script(
      `insert into pgsnapman.dump_job (instance_id, dbname, job_type) select 1, 'db' || n, 'single' from generate_series(1, 50) as n`,
    );
    const connections = await Promise.all(Array.from({ length: 10 }, () => cluster.connect('catalog')));
    const claimed = (await Promise.all(connections.map((each) => claimDumpJobs(each, 1)))).flat();
    await Promise.all(connections.map((each) => each.close()));
    expect(idsOf(claimed).length).toBe(50);
    expect(new Set(idsOf(claimed)).size).toBe(50);
    expect(new Set(claimed.map((job) => job.run_uuid)).size).toBe(50);
    expect(await claimDumpJobs(c, 1)).toEqual([]);
  });

  test('one that another session is just taking is skipped, not waited for', async () => {
    await single();
    await single();
    const other = await cluster.connect('catalog');
    await other.transaction(async () => {
      await other.execute('select from pgsnapman.dump_job where id = 1 for update');
      expect(idsOf(await claimDumpJobs(c, 1))).toEqual([2]);
    });
    expect(idsOf(await claimDumpJobs(c, 1))).toEqual([1]);
    await other.close();
  });

  test('come as whole rows of the model, claimed', async () => {
    await single(', catch_up, stall_timeout', `, '1 hour', '90 seconds'`);
    const [job] = await claimDumpJobs(c, 1);
    expect(dumpJobSchema.strict().parse(job)).toMatchObject({
      id: 1,
      claimed_by: 1,
      claimed_at: expect.any(Date),
      run_uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      catch_up_ms: 3_600_000,
      stall_timeout_ms: 90_000,
      finished_at: null,
    });
  });

  test('go to the worker that the job names, else to the default one of the instance', async () => {
    await single();
    await single(', worker_id', ', 2');
    expect(idsOf(await claimDumpJobs(c, 3))).toEqual([]);
    expect(idsOf(await claimDumpJobs(c, 2))).toEqual([2]);
    expect(idsOf(await claimDumpJobs(c, 1))).toEqual([1]);
  });

  test.each([
    ['a halted job', `update pgsnapman.dump_job set status = 'halted'`],
    ['a halted instance', `update pgsnapman.instance set status = 'halted'`],
    ['a halted worker', `update pgsnapman.worker set status = 'halted'`],
    ['a job for later', `update pgsnapman.dump_job set run_at = now() + interval '1 hour'`],
    ['a finished job', `update pgsnapman.dump_job set finished_at = now()`],
    ['a job that repeats', `update pgsnapman.dump_job set job_type = 'repeat'`],
  ])('%s is left alone', async (_, sql) => {
    await single();
    await c.script(sql);
    expect(await claimDumpJobs(c, 1)).toEqual([]);
  });

  test('a job for a time that has come is taken', async () => {
    await single(', run_at', `, now() - interval '1 second'`);
    expect(idsOf(await claimDumpJobs(c, 1))).toEqual([1]);
  });
});

describe('single restore jobs', () => {
  const restore = (columns: string, values: string) =>
    c.script(
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, ${columns}) values (1, 'x', ${values})`,
    );

  test('go to the worker that holds the dump, or restores for it', async () => {
    await restore('dump_id', '1');
    await restore('dump_id', '2');
    expect(idsOf(await claimRestoreJobs(c, 2))).toEqual([]);
    expect(idsOf(await claimRestoreJobs(c, 3))).toEqual([2]);
    const [job] = await claimRestoreJobs(c, 1);
    const uuid = await c.row<{ uuid: string }>('select uuid from pgsnapman.dump where id = 1');
    expect(restoreJobSchema.strict().parse(job)).toMatchObject({
      id: 1,
      dump_uuid: uuid?.uuid,
      claimed_by: 1,
      tablespace_map: {},
    });
  });

  test('of the latest dump of a job go to the worker of that job', async () => {
    await c.script(
      `insert into pgsnapman.dump_job (instance_id, dbname, worker_id) values (1, 'a', null), (1, 'b', 2)`,
    );
    await restore('latest_of_dump_job_id', '1');
    await restore('latest_of_dump_job_id', '2');
    expect(idsOf(await claimRestoreJobs(c, 1))).toEqual([1]);
    expect(idsOf(await claimRestoreJobs(c, 3))).toEqual([2]);
  });

  test('are given once, and not to halted targets', async () => {
    await restore('dump_id', '1');
    await c.script(`update pgsnapman.instance set status = 'halted'`);
    expect(await claimRestoreJobs(c, 1)).toEqual([]);
    await c.script(`update pgsnapman.instance set status = 'active'`);
    const connections = await Promise.all(Array.from({ length: 10 }, () => cluster.connect('catalog')));
    const claimed = (await Promise.all(connections.map((each) => claimRestoreJobs(each, 1)))).flat();
    await Promise.all(connections.map((each) => each.close()));
    expect(idsOf(claimed)).toEqual([1]);
  });

  test('whose dump is gone wait for nobody', async () => {
    await restore('dump_id', '1');
    await c.script('delete from pgsnapman.dump');
    expect(await claimRestoreJobs(c, 1)).toEqual([]);
  });
});

test('claims whose result has not arrived are known, oldest first, until they are finished', async () => {
  await single();
  await single();
  await c.script(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'x')`);
  expect(await unfinishedClaims(c, 1)).toEqual({ dumpJobs: [], restoreJobs: [] });
  const dumpJobs = await claimDumpJobs(c, 1);
  const restoreJobs = await claimRestoreJobs(c, 1);
  expect(await unfinishedClaims(c, 1)).toEqual({ dumpJobs: dumpJobs.sort((a, b) => a.id - b.id), restoreJobs });
  expect(await unfinishedClaims(c, 2)).toEqual({ dumpJobs: [], restoreJobs: [] });
  await c.script('update pgsnapman.dump_job set finished_at = now() where id = 1');
  expect(idsOf((await unfinishedClaims(c, 1)).dumpJobs)).toEqual([2]);
});

test('a run by hand takes a single job that waits, and no other', async () => {
  await single();
  const uuid = '01a20000-0000-7000-8000-000000000001';
  await claimForRunByHand(c, { kind: 'dump', jobId: 1, workerId: 1, uuid });
  expect(await claimDumpJobs(c, 1)).toEqual([]);
  const other = '01a20000-0000-7000-8000-000000000002';
  await claimForRunByHand(c, { kind: 'dump', jobId: 1, workerId: 2, uuid: other });
  expect((await unfinishedClaims(c, 1)).dumpJobs).toMatchObject([{ id: 1, run_uuid: uuid }]);
  await c.script(`insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'repeat')`);
  await claimForRunByHand(c, { kind: 'dump', jobId: 2, workerId: 1, uuid: other });
  expect(await c.row('select run_uuid from pgsnapman.dump_job where id = 2')).toEqual({ run_uuid: null });
});
