import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { expectRefusal } from '../support/refusal.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

let cluster: TestCluster;
let home: CliHome;
let repository: string;
let job: string;
let dump: { uuid: string };

beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql('shop', 'create table t as select n, md5(n::text) from generate_series(1, 5000) as n');
  home = await createWorkerHome();
  await addInstance(home, cluster, 'main');
  job = String(await addDumpJob(home, 'main', 'shop'));
  dump = (await home.ok(['dumpjob', 'run', job, '--json'])).json();
  repository = join(home.root, 'repository');
});
afterAll(async () => {
  await home?.remove();
  await cluster?.remove();
});

const packs = async () => (await readdir(join(repository, 'packs'))).filter((name) => name.endsWith('.pack'));

test('status says what is there and what room it takes', async () => {
  const status = (await home.ok(['repo', 'status', '--json'])).json();
  expect(status).toMatchObject({ directory: repository, format_version: 1, dump_count: 1, unreadable: [] });
  expect(status.raw_bytes).toBeGreaterThan(status.stored_bytes);
  expect(status.growth_per_day_bytes).toBeNull();
  expect((await home.ok(['repo', 'status'])).stdout).toMatch(/^dump_count\t1$/m);
});

test('check says that everything is there, also after reading it', async () => {
  const checked = (await home.ok(['repo', 'check', '--json'])).json();
  expect(checked).toMatchObject({ dumps: 1, read_bytes: 0, problems: [] });
  const read = (await home.ok(['repo', 'check', '--read-data', '--json'])).json();
  expect(read.read_bytes).toBeGreaterThan(100_000);
  expect((await home.ok(['repo', 'check', '--sample', '50%'])).stdout).toMatch(
    /^1 dump, .* read: everything is there$/m,
  );
  const refused = await home.run(['repo', 'check', '--sample', '0']);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/^--sample "0" is not valid\nhint: a percentage/);
});

test('prune frees what a dump left that was killed, and nothing else', async () => {
  const before = await packs();
  await cluster.psql('shop', 'create table u as select n, md5((-n)::text) from generate_series(1, 3000) as n');
  const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: 'repository.folder-written:kill' };
  expect((await home.run(['dumpjob', 'run', job], { env })).exitCode).toBeNull();
  const killed = await packs();
  expect(killed.length).toBeGreaterThan(before.length);
  const preview = (await home.ok(['repo', 'prune', '--dry-run', '--json'])).json();
  expect(preview).toMatchObject({ dry_run: true, removed_packs: killed.length - before.length });
  expect(await packs()).toEqual(killed);
  expect((await home.ok(['repo', 'prune'])).stdout).toMatch(/^\d+ packs? removed, .* freed$/m);
  expect(await packs()).toEqual(before);
});

test('copy brings to another repository what it lacks', async () => {
  const to = join(home.directory, 'mirror');
  const first = (await home.ok(['repo', 'copy', '--to', to, '--json'])).json();
  expect(first).toEqual({ copied: [dump.uuid], present: 0, failed: [] });
  expect((await home.ok(['repo', 'copy', '--to', to])).stdout).toBe('0 dumps copied, 1 there already\n');
  expect(await readdir(join(to, 'dumps'))).toEqual(await readdir(join(repository, 'dumps')));
  expectRefusal(await home.run(['repo', 'copy', '--to', home.directory]), 3, /is not empty/);
});

test('dump export writes a folder that pg_restore reads', async () => {
  const to = join(home.directory, 'exported');
  const [{ id }] = (await home.ok(['dump', 'list', '--json'])).json();
  await home.ok(['dump', 'export', String(id), to]);
  expect((await stat(join(to, 'restore.sh'))).mode & 0o777).toBe(0o700);
  const { stdout } = await promisify(execFile)('pg_restore', ['--list', to]);
  expect(stdout).toMatch(/TABLE DATA public t /);
  expectRefusal(await home.run(['dump', 'export', dump.uuid, to]), 2, /exists already/);
  expectRefusal(
    await home.run(['dump', 'export', 'ffff', join(home.directory, 'other')]),
    13,
    /there is no dump "ffff"/,
  );
});

test('check finds damage, and repair sets aside what is hurt, with what can be read of it', async () => {
  const [folder = ''] = await readdir(join(repository, 'dumps'));
  for (const name of await packs()) {
    const content = await readFile(join(repository, 'packs', name));
    if (content.length > 50_000) await writeFile(join(repository, 'packs', name), content.fill(0, 100, 200));
  }
  const checked = await home.run(['repo', 'check', '--read-data', '--json']);
  expect(checked.exitCode).toBe(1);
  expect(checked.json().problems[0]).toMatchObject({ dumps: [folder] });
  const { set_aside: setAside } = (await home.ok(['repo', 'repair', '--json'])).json();
  expect(setAside).toMatchObject([{ folder, exported_to: join(repository, 'set-aside', `${folder}.files`) }]);
  expect(setAside[0].lost_files).toHaveLength(1);
  expect(await readdir(setAside[0].exported_to)).toContain('toc.dat');
  expect(await readdir(join(repository, 'dumps'))).toEqual([]);
  expect((await home.ok(['repo', 'check', '--read-data', '--json'])).json()).toMatchObject({ dumps: 0, problems: [] });
  expect((await home.ok(['repo', 'repair'])).stdout).toBe('nothing is damaged\n');
});
