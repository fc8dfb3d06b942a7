import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let server: TestCluster;
let home: CliHome;
let dumpJob: number;

beforeAll(async () => {
  [catalog, server] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await server.psql('postgres', 'create role seller; create database shop owner seller');
  await server.psql(
    'shop',
    'create table version (v int); insert into version values (2); alter table version owner to seller',
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, server, 'one');
  dumpJob = await addDumpJob(home, 'one', 'shop');
  await home.ok(['dumpjob', 'run', String(dumpJob)]);
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), server?.remove()]);
});

const databases = (): Promise<string> =>
  server.psql(
    'postgres',
    `select string_agg(datname, ' | ' order by datname) from pg_database where not datistemplate and datname not in ('postgres', 'shop')`,
  );

async function addRestore(db: string, ...more: string[]): Promise<number> {
  const source = more.some((option) => ['--dump', '--on-trigger', '--latest-of'].includes(option))
    ? []
    : ['--latest-of', String(dumpJob)];
  const added = await home.ok(['restorejob', 'add', ...source, '--to', 'one', `--db=${db}`, '--json', ...more]);
  return added.json().id;
}

describe('restorejob plan', () => {
  test('says all of it, for people and as data, and changes nothing', async () => {
    await server.psql('postgres', 'create database live');
    const before = await databases();
    const id = await addRestore('live', '--existing', 'rename');
    const plan = (await home.ok(['restorejob', 'plan', String(id), '--json'])).json();
    expect(plan).toMatchObject({
      restore_job_id: id,
      possible: true,
      dump: { dbname: 'shop', outcome: 'ok', row_count: 1, verified_level: expect.any(Number), trusted: true },
      target: {
        dbname: 'live',
        exists: true,
        existing_db: 'rename',
        sessions: [],
        properties: 'target',
        same_instance: true,
      },
      tools: { version_gap: 0 },
      roles: { used: true, create: [], missing: [] },
      locale: { available: 'yes' },
      warnings: [],
      refusals: [],
    });
    expect(plan.roles.existing).toContain('seller');
    expect(plan.target.size_bytes).toBeGreaterThan(1_000_000);
    expect(plan.disk.free_bytes).toBeGreaterThan(0);
    expect(plan.steps.map(({ step }: { step: string }) => step).at(-1)).toBe('rename');
    const text = await home.ok(['restorejob', 'plan', String(id)]);
    expect(text.stdout).toMatch(
      /^target {6}"live" on one, exists \(.* MiB, 0 sessions\): rename, keeps its properties/m,
    );
    expect(text.stdout).toMatch(/^ {2}\d\. set \d+ propert/m);
    expect(text.stdout).toMatch(/\nnothing has been changed; this can be done\n$/);
    expect(await databases()).toBe(before);
    await home.ok(['restorejob', 'run', String(id)]);
    expect(await server.psql('live', 'select v from version')).toBe('2');
  });

  test('ends with 1 when something stands against it, and says what', async () => {
    const id = await addRestore('live');
    const refused = await home.run(['restorejob', 'plan', String(id)]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toMatch(/\nrefused\n {2}database "live" exists already on one; choose another name/);
    expect((await home.run(['restorejob', 'plan', String(id), '--json'])).json()).toMatchObject({ possible: false });
  });

  test('of a job that waits for its trigger, or that is not there', async () => {
    const id = await addRestore('later', '--on-trigger');
    expect(await home.run(['restorejob', 'plan', String(id)])).toMatchObject({ exitCode: 2 });
    expect(await home.run(['restorejob', 'plan', '999'])).toMatchObject({ exitCode: 13 });
    expect(await home.run(['restorejob', 'plan', 'x'])).toMatchObject({ exitCode: 2 });
  });
});
