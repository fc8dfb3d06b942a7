import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let cluster: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, cluster] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql(
    'shop',
    `create table t (id integer primary key, a text); insert into t values (1, 'x'), (2, null)`,
  );
  // no user is named anywhere: the account that runs the worker logs in under its own name
  home = await createCliHome({ catalogUrl: catalog.catalogUrl, worker: 'w1', env: { PGUSER: cluster.superuser } });
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), cluster?.remove()]);
});

const insert = (sql: string): Promise<string> => catalog.psql('catalog', `insert into pgsnapman.${sql}`);

test('a catalog filled by plain inserts alone makes a worker dump and restore', async () => {
  await insert(`worker (name) values ('w1')`);
  await insert(`instance (host, default_worker_id) values ('${cluster.socketDirectory}', 1)`);
  await insert(`dump_job (instance_id, dbname) values (1, 'shop')`);
  await insert(`dump_job (instance_id, dbname, job_type) values (1, 'shop', 'single')`);
  await home.ok(['worker', 'init']);

  const tick = await home.ok(['worker', 'run']);
  expect([tick.stdout, tick.stderr]).toEqual(['', '']);
  const dumps = (await home.ok(['dump', 'list', '--json'])).json();
  expect(dumps).toHaveLength(1);
  expect(dumps[0]).toMatchObject({
    id: 1,
    outcome: 'ok',
    dump_job_id: 2,
    dbname: 'shop',
    row_count: 2,
    state: 'available',
  });

  await insert(`restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'shop2')`);
  await home.ok(['worker', 'run']);
  const runs = (await home.ok(['restorelog', 'list', '--json'])).json();
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ outcome: 'ok', dest_dbname: 'shop2' });
  expect(await compareDatabases(cluster.settings('shop'), cluster.settings('shop2'))).toEqual([]);
});

test('what is done is not done again', async () => {
  await home.ok(['worker', 'run']);
  await home.ok(['worker', 'run']);
  expect((await home.ok(['dump', 'list', '--json'])).json()).toHaveLength(1);
  expect((await home.ok(['restorelog', 'list', '--json'])).json()).toHaveLength(1);
  const finished = await catalog.psql(
    'catalog',
    'select count(*) from pgsnapman.dump_job where finished_at is not null',
  );
  expect(finished).toBe('1');
});

test('the repeat job got a time inside the window of its instance', async () => {
  const [job] = (await home.ok(['dumpjob', 'list', '--json'])).json().filter((row: { id: number }) => row.id === 1);
  expect(job.schedule).toMatch(/^\d{1,2} (2[0-3]|[0-5]) \* \* \*$/);
});

test('the same inserts with nonsense are refused with a readable name of the rule', async () => {
  await expect(insert(`dump_job (instance_id, dbname, job_type) values (1, 'shop', 'sometimes')`)).rejects.toThrow(
    /dump_job_job_type_is_repeat_or_single/,
  );
  await expect(insert(`dump_job (instance_id, dbname, schedule) values (1, 'shop', 'at night')`)).rejects.toThrow(
    /schedule_is_five_fields_or_a_nickname/,
  );
  await expect(insert(`instance (host, port) values ('db1', 0)`)).rejects.toThrow(/instance_port_is_a_port/);
  await expect(insert(`dump_job (instance_id, dbname, options) values (1, 'shop', '{--file=/tmp/x}')`)).rejects.toThrow(
    /dump_job_options_are_allowed/,
  );
});
