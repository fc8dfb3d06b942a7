import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WorkerConfiguration } from '../../../src/core/model/configuration.ts';
import { fetchWorkerConfiguration } from '../../../src/sql/catalog/configuration.ts';
import { whatWaits } from '../../../src/sql/catalog/what-waits.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { emptyCatalog } from '../../support/empty-catalog.ts';

const NOTHING = { configuration: false, claims: false, requests: false, activities: false, keep_flags: false };

let cluster: TestCluster;
let c: Connection;
let known: WorkerConfiguration;

beforeAll(async () => {
  cluster = await startTestCatalog();
  c = await cluster.connect('catalog');
});
afterAll(() => cluster?.remove());
beforeEach(async () => {
  await emptyCatalog(c);
  await c.script(`insert into pgsnapman.worker (name) values ('w1'), ('w2');
    insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1), ('db2', 2);
    insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'repeated');
    insert into pgsnapman.dump (uuid, worker_id, dump_type, started_at, ended_at, outcome, state)
      select gen_random_uuid(), n, 'full', now(), now(), 'ok', 'available' from generate_series(1, 2) as n`);
  known = await fetchWorkerConfiguration(c, 'w1');
});

/** What waits for w1; what a manager changes is in the configuration, too. */
const waits = () => whatWaits(c, 1, known);

/** What waits for w1 apart from a new configuration. */
async function others(sql: string) {
  await c.script(sql);
  const { configuration: _, ...found } = await waits();
  return found;
}

const { configuration: _, ...NO_OTHERS } = NOTHING;

test('mostly nothing waits', async () => {
  expect(await waits()).toEqual(NOTHING);
});

test('a worker without a configuration waits for one', async () => {
  expect(await whatWaits(c, 1, null)).toEqual({ ...NOTHING, configuration: true });
});

describe('single jobs', () => {
  const DUMP = `insert into pgsnapman.dump_job (instance_id, dbname, job_type`;
  const RESTORE = `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type, dump_id`;

  test.each([
    ['a dump', `${DUMP}) values (1, 'x', 'single')`],
    ['a dump whose time has come', `${DUMP}, run_at) values (1, 'x', 'single', now() - interval '1 second')`],
    ['a restore', `${RESTORE}) values (1, 'x', 'single', 1)`],
    [
      'a restore of a dump that is gone',
      `${RESTORE}) values (1, 'x', 'single', 1); delete from pgsnapman.dump where id = 1`,
    ],
    [
      'a dump that this worker took and whose result has not come, even if it was halted since',
      `${DUMP}, claimed_by, status, run_at) values (1, 'x', 'single', 1, 'halted', now() + interval '1 day')`,
    ],
    ['a restore that this worker took', `${RESTORE}, claimed_by) values (1, 'x', 'single', 1, 1)`],
  ])('%s waits', async (_, sql) => {
    expect(await others(sql)).toEqual({ ...NO_OTHERS, claims: true });
  });

  test.each([
    ['one that another worker took', `${DUMP}, claimed_by) values (1, 'x', 'single', 2)`],
    ['one that is over', `${DUMP}, claimed_by, finished_at) values (1, 'x', 'single', 1, now())`],
    ['one that is halted', `${DUMP}, status) values (1, 'x', 'single', 'halted')`],
    ['one for later', `${DUMP}, run_at) values (1, 'x', 'single', now() + interval '1 minute')`],
    ['a job that repeats', `${DUMP}) values (1, 'x', 'repeat')`],
    ['a restore that is over', `${RESTORE}, finished_at) values (1, 'x', 'single', 1, now())`],
  ])('%s does not', async (_, sql) => {
    expect(await others(sql)).toEqual(NO_OTHERS);
  });
});

test('requests wait for the worker that is asked, until they are answered', async () => {
  const ask = (worker: number, state: string) =>
    `insert into pgsnapman.request (worker_id, kind, state) values (${worker}, 'refresh', '${state}')`;
  await c.script(ask(2, 'waiting'));
  await c.script(ask(1, 'done'));
  expect(await waits()).toEqual(NOTHING);
  await c.script(ask(1, 'running'));
  expect(await waits()).toEqual({ ...NOTHING, requests: true });
  await c.script(`delete from pgsnapman.request; ${ask(1, 'waiting')}`);
  expect(await waits()).toEqual({ ...NOTHING, requests: true });
});

test('a run is worth a look, whoever it is', async () => {
  await c.script(`insert into pgsnapman.activity (uuid, worker_id, kind, job_id, subject, started_at, stage)
    values (gen_random_uuid(), 2, 'dump', 1, 'x', now(), 'data')`);
  expect(await waits()).toEqual({ ...NOTHING, activities: true });
});

test('keep flags wait for the worker that has the dump', async () => {
  await c.script(`update pgsnapman.dump set keep = 'yes' where worker_id = 2`);
  expect((await waits()).keep_flags).toBe(false);
  await c.script(`update pgsnapman.dump set keep = 'yes' where worker_id = 1`);
  expect((await waits()).keep_flags).toBe(true);
  await c.script('update pgsnapman.dump set keep_noted = keep');
  expect((await waits()).keep_flags).toBe(false);
});
