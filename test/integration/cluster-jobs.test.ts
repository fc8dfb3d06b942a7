import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runChild } from '../../src/worker/process/run-child.ts';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addInstance, createWorkerHome } from '../support/worker-home.ts';

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let source: TestCluster;
let target: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, source, target] = await Promise.all([startTestCatalog(), startTestCluster(), startTestCluster()]);
  await source.psql('postgres', `create role "A b" login password 'x'; create database "-x ü" owner "A b"`);
  await source.psql('-x ü', 'create table t as select generate_series(1, 10) as i');
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, source, 'source');
  await addInstance(home, target, 'target');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), source?.remove(), target?.remove()]);
});

it('a cluster is dumped, shown, verified, exported, recovered and restored by commands', async () => {
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await home.run(args);
    expect([args.join(' '), exitCode, stderr]).toEqual([args.join(' '), 0, expect.anything()]);
    return stdout;
  };
  await run('dumpjob', 'add', '--instance', 'source', '--type', 'cluster', '--once');
  await run('worker', 'run');
  expect(await run('dump', 'list')).toMatch(/cluster/);
  expect(JSON.parse(await run('dump', 'show', '1', '--json'))).toMatchObject({ outcome: 'ok', row_count: 10 });
  await run('dump', 'show', '1');
  await run('dump', 'verify', '1', '--level', '3');
  const out = join(home.root, '..', 'exported');
  await run('dump', 'export', '1', out);
  expect(await readdir(out)).toEqual(['cluster.sql']);
  const exported = await readFile(join(out, 'cluster.sql'), 'utf8');
  const repository = join(home.root, 'repository');
  const [folder = ''] = await readdir(join(repository, 'dumps'));
  const recovered = `${out}-recovered`;
  const child = { file: '/bin/sh', args: [join(repository, 'recover.sh'), folder, recovered], env: {} };
  expect(await runChild(child)).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(recovered, 'cluster.sql'), 'utf8')).toBe(exported);

  const refused = await home.run(['restorejob', 'add', '--on-trigger', '--to', 'target']);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('needs --db')]);
  await run('restorejob', 'add', '--dump', '1', '--to', 'target');
  const plan = await run('restorejob', 'plan', '1');
  expect(plan).toMatch(/create 1 database: "-x ü"/);
  expect(plan).toMatch(/this can be done/);
  await run('worker', 'run');
  expect(await target.psql('-x ü', 'select count(*) from t')).toBe('10');
  expect(await catalog.psql('catalog', 'select outcome from pgsnapman.restore_run')).toBe('ok');
  await run('restorejob', 'add', '--dump', '1', '--to', 'target');
  const full = await home.run(['restorejob', 'plan', '2']);
  expect([full.exitCode, full.stdout]).toEqual([1, expect.stringContaining('has databases already: "-x ü"')]);
});
