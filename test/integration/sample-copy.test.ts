import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { loadNextDay, loadSample } from '../support/sample-database.ts';
import { addDumpJob, addInstance, addRestoreJob, createWorkerHome } from '../support/worker-home.ts';

const SOURCE = 'shop "live"=1';
const COPY = '-Kopie, "2"\n\\x=\'y\' ünï';
/** 63 bytes: nothing can be added to it without its being cut. */
const LONGEST = `shop ${'ö'.repeat(29)}`;

let source: TestCluster;
let target: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  await loadSample(source, SOURCE);
  home = await createWorkerHome();
  await addInstance(home, source, 'from');
  await addInstance(home, target, 'to');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([source?.remove(), target?.remove()]);
});

async function databasesOf(cluster: TestCluster): Promise<string[]> {
  const names = await cluster.psql('postgres', 'select json_agg(datname order by datname) from pg_database');
  return JSON.parse(names);
}

let dumpId: number;

test('a single job is dumped by the next tick', async () => {
  await addDumpJob(home, 'from', SOURCE, '--once');
  const tick = await home.ok(['worker', 'run']);
  expect([tick.stdout, tick.stderr]).toEqual(['', '']);
  const [dump, ...others] = (await home.ok(['dump', 'list', '--json'])).json();
  expect(others).toEqual([]);
  expect(dump).toMatchObject({ outcome: 'ok', dbname: SOURCE, instance_name: 'from', warnings: [], message: null });
  dumpId = dump.id;
});

test('restored to another instance under another name it is the same database', async () => {
  const id = await addRestoreJob(home, dumpId, 'to', COPY);
  await home.ok(['worker', 'run']);
  const [run] = (await home.ok(['restorelog', 'list', '--json'])).json();
  expect(run).toMatchObject({ restore_job_id: id, dest_dbname: COPY, outcome: 'ok', message: null });
  expect(await compareDatabases(source.settings(SOURCE), target.settings(COPY))).toEqual([]);
  expect(await databasesOf(target)).toEqual([COPY, 'postgres', 'template0', 'template1'].sort());
});

test('restored by hand beside the source, under the longest name, it is the same database', async () => {
  const id = await addRestoreJob(home, dumpId, 'from', LONGEST);
  const result = await home.ok(['restorejob', 'run', String(id), '--json']);
  expect(result.json()).toMatchObject({ outcome: 'ok', dest_dbname: LONGEST });
  expect(await compareDatabases(source.settings(SOURCE), source.settings(LONGEST))).toEqual([]);
  expect(await databasesOf(source)).toEqual([SOURCE, LONGEST, 'postgres', 'template0', 'template1'].sort());
  const [job] = (await home.ok(['restorejob', 'list', '--json'])).json().filter((row: { id: number }) => row.id === id);
  expect(job.finished_at).toMatch(/^20/);
  await home.ok(['worker', 'run']); // which has nothing left to do
});

test('a copy of a copy is still the same, and the next day changes one of them only', async () => {
  const job = await addDumpJob(home, 'to', COPY);
  const dump = (await home.ok(['dumpjob', 'run', String(job), '--json'])).json();
  await loadNextDay(source, SOURCE);
  const [newest] = (await home.ok(['dump', 'list', '--json', '--limit', '1'])).json();
  expect(newest.uuid).toBe(dump.uuid);
  const id = await addRestoreJob(home, newest.id, 'to', 'third');
  await home.ok(['restorejob', 'run', String(id)]);
  expect(await compareDatabases(target.settings(COPY), target.settings('third'))).toEqual([]);
  expect((await compareDatabases(source.settings(SOURCE), target.settings('third'))).length).toBeGreaterThan(5);
});

test('a target that exists is refused and left as it was', async () => {
  const before = await target.psql('third', 'select oid from pg_database where datname = current_database()');
  const id = await addRestoreJob(home, dumpId, 'to', 'third');
  const result = await home.run(['restorejob', 'run', String(id)]);
  expect(result.exitCode).toBe(20);
  expect(result.stderr).toMatch(/third.* exists.*\nhint: /);
  expect(await target.psql('third', 'select oid from pg_database where datname = current_database()')).toBe(before);
  expect((await databasesOf(target)).filter((name) => name.includes('pgsnapman'))).toEqual([]);
});
