import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '../../src/core/faults.ts';
import type { Instance } from '../../src/core/model/configuration.ts';
import { endLeftoverDump } from '../../src/worker/dump/take-dump.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import type { DumpOrder } from '../support/dump-process.ts';
import { createDumpingWorker, type DumpingWorker, processesOf, until } from '../support/dump-runs.ts';

/** Points inside of a dump; the two after it belong to whoever asked for it. */
const POINTS = (Object.keys(FAULT_POINTS) as FaultPoint[]).filter(
  (point) => point.startsWith('dump.') && !['dump.spooled', 'dump.triggered'].includes(point),
);
const CLUSTER_POINTS = (Object.keys(FAULT_POINTS) as FaultPoint[]).filter((point) => point.startsWith('cluster-dump.'));
const PROCESS = new URL('../support/dump-process.ts', import.meta.url).pathname;

let cluster: TestCluster;
let worker: DumpingWorker;
let instance: Instance;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createDumpingWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql(
    'shop',
    'create table a as select generate_series(1, 1000) as i; create table b as select 1 as i; select lo_create(0)',
  );
});
afterAll(async () => {
  await worker?.remove();
  await cluster?.remove();
});

async function start(fault: string | null, dbname: string | null = 'shop') {
  const uuid = randomUUID();
  const stagingDirectory = join(worker.directory, 'process', uuid);
  await mkdir(stagingDirectory, { recursive: true });
  const repository = join(worker.directory, 'repository');
  const order: DumpOrder = { uuid, repository, stagingDirectory, instance, dbname };
  const env = fault === null ? {} : { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: fault };
  const child = execa(process.execPath, [PROCESS], { input: JSON.stringify(order), env, reject: false });
  return { uuid, stagingDirectory, child };
}

const sessions = (uuid: string) =>
  cluster.psql('postgres', `select count(*) from pg_stat_activity where application_name = 'pgsnapman ${uuid}'`);

describe('a worker that is killed', () => {
  it.each(POINTS)('at %s leaves a whole dump or none, and the next dump is good', async (point) => {
    const { uuid, child, stagingDirectory } = await start(`${point}:kill`);
    expect((await child).signal).toBe('SIGKILL');
    await endLeftoverDump(instance, uuid, { env: {}, account: 'x', serviceFiles: [] });
    await until(async () => (await sessions(uuid)) === '0', 'its sessions have ended');
    const { manifests, unreadable } = await worker.repository.list();
    expect(unreadable).toEqual([]);
    expect(manifests.some((manifest) => manifest.uuid === uuid)).toBe(point === 'dump.committed');

    const next = await worker.dump(instance, 'shop');
    expect(next).toMatchObject({ outcome: 'ok', row_count: 1001 });
    await worker.repository.prune();
    expect(await readdir(join(worker.directory, 'repository', 'tmp'))).toEqual([]);
    expect((await worker.repository.check({ readData: true })).problems).toEqual([]);
    for (const manifest of (await worker.repository.list()).manifests) {
      const out = join(worker.directory, randomUUID());
      await worker.repository.materialize(manifest.uuid, out);
      await rm(out, { recursive: true });
    }
    await rm(stagingDirectory, { recursive: true });
  });

  it.each(CLUSTER_POINTS)('at %s leaves no dump of a whole cluster, and the next one is good', async (point) => {
    const { uuid, child, stagingDirectory } = await start(`${point}:kill`, null);
    expect((await child).signal).toBe('SIGKILL');
    await endLeftoverDump(instance, uuid, { env: {}, account: 'x', serviceFiles: [] });
    await until(async () => (await sessions(uuid)) === '0', 'its sessions have ended');
    expect(await worker.repository.manifest(uuid)).toBeNull();
    const next = await worker.dump(instance, null, { job: { dump_type: 'cluster' } });
    expect(next).toMatchObject({ outcome: 'ok', row_count: 1001 });
    await worker.repository.prune();
    expect(await readdir(join(worker.directory, 'repository', 'tmp'))).toEqual([]);
    expect((await worker.repository.check({ readData: true })).problems).toEqual([]);
    await rm(stagingDirectory, { recursive: true });
  });

  it('while pg_dump waits leaves processes and sessions, which are found and ended', async () => {
    const holder = await cluster.connect('shop');
    try {
      await holder.script('begin; lock table a in access exclusive mode');
      const { uuid, child, stagingDirectory } = await start(null);
      const waiting = `select count(*) from pg_stat_activity where application_name = 'pgsnapman ${uuid}' and query ~ '^LOCK TABLE' and wait_event_type = 'Lock'`;
      await until(async () => (await cluster.psql('postgres', waiting)) !== '0', 'pg_dump waits for the lock');
      child.kill('SIGKILL');
      await child;
      expect((await processesOf(uuid)).length).toBeGreaterThan(0);
      await endLeftoverDump(instance, uuid, { env: {}, account: 'x', serviceFiles: [] });
      await until(async () => (await processesOf(uuid)).length === 0, 'its processes have ended');
      await until(async () => (await sessions(uuid)) === '0', 'its sessions have ended');
      await rm(stagingDirectory, { recursive: true });
    } finally {
      await holder.close();
    }
  });
});

describe('a planned fault that throws', () => {
  it.each(POINTS)('at %s is thrown, and nothing is left in staging', async (point) => {
    const { child, stagingDirectory } = await start(`${point}:throw`);
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`planned fault at ${point}`);
    expect(await readdir(stagingDirectory)).toEqual([]);
    expect(await worker.leftovers()).toEqual([]);
  });
});

it('a leftover on a server that is away does not throw', async () => {
  const away = { ...instance, port: 1 };
  await expect(
    endLeftoverDump(away, randomUUID(), { env: {}, account: 'x', serviceFiles: [] }),
  ).resolves.toBeUndefined();
});
