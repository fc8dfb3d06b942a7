import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { addDumpJob, addRestoreJob, createWorkerHome } from '../support/worker-home.ts';

/** `nobody`; as an ordinary user, the tests are this test. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('ordinary-user.test.ts: skipped, because all tests run as an ordinary user here\n');

let cluster: TestCluster;
let home: CliHome;
beforeAll(async () => {
  if (!isRoot) return;
  cluster = await startTestCluster({ loopback: true });
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql('shop', 'create table t (id integer primary key); insert into t select generate_series(1, 100)');
});
afterAll(async () => {
  await home?.remove();
  await cluster?.remove();
});

test.skipIf(!isRoot)('a user without any rights works with an embedded catalog, dumps and restores', async () => {
  home = await createWorkerHome({ account: NOBODY });
  const passwordFile = join(home.directory, 'home', '.pgpass');
  await writeFile(passwordFile, `127.0.0.1:${cluster.port}:*:*:${cluster.password}\n`, { mode: 0o600 });
  await chown(passwordFile, NOBODY.uid, NOBODY.gid);
  await home.ok(['instance', 'add', `127.0.0.1:${cluster.port}`, '--name', 'main', '--user', cluster.superuser]);
  await addDumpJob(home, 'main', 'shop', '--once');
  const tick = await home.ok(['worker', 'run']);
  expect([tick.stdout, tick.stderr]).toEqual(['', '']);
  const [dump] = (await home.ok(['dump', 'list', '--json'])).json();
  expect(dump).toMatchObject({ outcome: 'ok', row_count: 100 });
  await addRestoreJob(home, dump.id, 'main', 'shop2');
  await home.ok(['worker', 'run']);
  expect(await compareDatabases(cluster.settings('shop'), cluster.settings('shop2'))).toEqual([]);
});

test.skipIf(!isRoot)('everything that it made belongs to it, and nobody else can look inside', async () => {
  const root = await stat(home.root);
  expect([root.uid, (root.mode & 0o777).toString(8)]).toEqual([NOBODY.uid, '700']);
});

test.skipIf(!isRoot)('the doctor finds nothing wrong', async () => {
  const result = await home.run(['worker', 'doctor', '--json']);
  const findings: { level: string; text: string }[] = result.json();
  expect(findings.filter((finding) => finding.level === 'error')).toEqual([]);
  expect(result.exitCode).toBe(0);
});
