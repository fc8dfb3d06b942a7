import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let source: TestCluster;
let scratch: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, source, scratch] = await Promise.all([startTestCatalog(), startTestCluster(), startTestCluster()]);
  await source.psql(
    'postgres',
    'create role seller; create role clerk in role seller; create database shop owner seller',
  );
  await source.psql(
    'shop',
    `create schema "Straße; ""x""";
    create table "Straße; ""x"""."Größe = ()" (id serial primary key, "Maß, (cm)" numeric(9, 2), note text, twice numeric generated always as (id * 2) stored);
    insert into "Straße; ""x"""."Größe = ()" ("Maß, (cm)", note) select n / 3.0, case when n % 7 = 0 then null else E'tab\\t\\\\.' || n end from generate_series(1, 500) as n;
    create index by_note on "Straße; ""x"""."Größe = ()" (note);
    create table sale (at timestamptz, amount double precision, raw bytea) partition by range (at);
    create table sale_2026 partition of sale for values from ('2026-01-01') to ('2027-01-01');
    insert into sale select timestamptz '2026-03-29 00:30+00' + n * interval '20 minutes', n / 7.0, decode(md5(n::text), 'hex') from generate_series(1, 300) as n;
    create table nothing ();
    insert into nothing select from generate_series(1, 3);
    create materialized view busy as select note, count(*) from "Straße; ""x"""."Größe = ()" group by note;
    create view seen as select * from sale;
    alter table sale owner to seller; alter table sale_2026 owner to seller;
    grant select on seen to clerk;
    select lo_from_bytea(0, 'large')`,
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, source, 'source');
  await addInstance(home, scratch, 'scratch');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), source?.remove(), scratch?.remove()]);
});

const sql = (text: string): Promise<string> => catalog.psql('catalog', text);

async function dumpOf(job: number): Promise<number> {
  const { uuid } = (await home.ok(['dumpjob', 'run', String(job), '--json'])).json();
  return Number(await sql(`select id from pgsnapman.dump where uuid = '${uuid}'`));
}

const PACKS = 'repository/packs';
const packNames = async (): Promise<string[]> =>
  (await readdir(join(home.root, PACKS))).filter((name) => name.endsWith('.pack'));

/** Turns one bit in the middle of the largest pack that is not among these. */
async function damageOtherThan(spared: readonly string[]): Promise<void> {
  const folder = join(home.root, PACKS);
  const packs = (await packNames()).filter((name) => !spared.includes(name));
  const sizes = await Promise.all(packs.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })));
  const { name = '', size = 0 } = sizes.sort((a, b) => b.size - a.size)[0] ?? {};
  const file = await open(join(folder, name), 'r+');
  const at = Math.floor(size / 2);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
  await file.close();
}

async function untilStopped(child: { pid?: number | undefined }): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    if (/^State:\s+T/m.test(status)) return;
    if (status === '') break;
    await sleep(100);
  }
  throw new Error('it does not reach the point');
}

const expectNoScratch = async (): Promise<void> => {
  expect(
    await scratch.psql(
      'postgres',
      `select count(*) from pg_database where datname not in ('postgres', 'template0', 'template1')`,
    ),
  ).toBe('0');
  expect(await scratch.psql('postgres', `select count(*) from pg_roles where rolname in ('seller', 'clerk')`)).toBe(
    '0',
  );
  expect(await readdir(join(home.root, 'staging'))).toEqual([]);
};

/** Drills the dump, with the scratch database changed before it is compared; gives what was found. */
async function drillWith(dump: number, change: string): Promise<string[]> {
  const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: 'drill.restored:stop' };
  const drill = await home.start(['dump', 'verify', String(dump), '--level', '4', '--on', 'scratch', '--json'], {
    env,
  });
  await untilStopped(drill.child);
  const name = await scratch.psql('postgres', `select datname from pg_database where datname ~ '_pgsnapman_'`);
  await scratch.psql(name, change);
  drill.child.kill('SIGCONT');
  const result = await drill.finished;
  expect(result.exitCode).toBe(1);
  expect(result.json().verification_failed).toMatch(/^a drill found: /);
  await expectNoScratch();
  return JSON.parse(await sql("select drill -> 'differences' from pgsnapman.restore_run order by id desc limit 1"));
}

describe('a drill', () => {
  let dump: number;
  beforeAll(async () => {
    dump = await dumpOf(await addDumpJob(home, 'source', 'shop', '--keep-last', '9'));
  });

  test('of a good dump proves it, keeps the evidence and leaves nothing behind', async () => {
    const drilled = (
      await home.ok(['dump', 'verify', String(dump), '--level', '4', '--on', 'scratch', '--json'])
    ).json();
    expect(drilled).toMatchObject({ id: dump, verified_level: 4, verification_failed: null });
    const [run] = (await home.ok(['restorelog', 'list', '--json'])).json();
    expect(run).toMatchObject({ trigger_kind: 'drill', outcome: 'ok', restore_job_id: null });
    expect(run.drill).toMatchObject({ equal: true, differences: [], tables: 3, definitions: true, large_objects: 1 });
    expect((await home.ok(['dump', 'show', String(dump), '--json'])).json()).toMatchObject({
      verified_level: 4,
      verified_with: expect.stringMatching(/^pg_restore /),
    });
    await expectNoScratch();
  });

  test('finds a changed row, a missing index and a role that was not restored', async () => {
    const found = await drillWith(
      dump,
      `update sale_2026 set amount = amount + 0.1 where amount = 3; drop index "Straße; ""x""".by_note;
      reassign owned by clerk to current_user; drop owned by clerk; drop role clerk`,
    );
    expect(found).toContain('index "Straße; "x""."by_note" is missing');
    expect(found).toContain('table "public"."sale_2026": its 300 rows are not those that were dumped');
    expect(found).toContain('role "clerk" is missing');
    const [message] = (await home.ok(['message', 'list', '--level', 'critical', '--json'])).json();
    expect(message.text).toContain('does not count as good any more');
  });

  test('finds a missing row and a sequence that was set back', async () => {
    const found = await drillWith(
      dump,
      `delete from "Straße; ""x"""."Größe = ()" where id = 77; select setval('"Straße; ""x"""."Größe = ()_id_seq"', 42)`,
    );
    expect(found).toContain('table "Straße; "x""."Größe = ()": it has 499 rows instead of 500');
    expect(found).toContain('sequence "Straße; "x""."Größe = ()_id_seq" stands at 42 instead of at 500');
  });

  test('is content with rows in another order, and makes the dump good again', async () => {
    const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: 'drill.restored:stop' };
    const drill = await home.start(['dump', 'verify', String(dump), '--level', '4', '--on', 'scratch', '--json'], {
      env,
    });
    await untilStopped(drill.child);
    const name = await scratch.psql('postgres', `select datname from pg_database where datname ~ '_pgsnapman_'`);
    await scratch.psql(name, 'update sale_2026 set amount = amount where amount < 20');
    drill.child.kill('SIGCONT');
    expect((await drill.finished).exitCode).toBe(0);
    expect(await sql("select drill ->> 'tables_by_row_hash' from pgsnapman.restore_run order by id desc limit 1")).toBe(
      '1',
    );
    expect(await sql(`select verification_failed is null from pgsnapman.dump where id = ${dump}`)).toBe('t');
  });

  test.each(['drill.restored', 'drill.compared', 'verify.done'])(
    'killed at %s leaves nothing behind after the next tick',
    async (point) => {
      const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
      const killed = await home.run(['dump', 'verify', String(dump), '--level', '4', '--on', 'scratch'], { env });
      expect(killed.exitCode).toBeNull();
      await home.ok(['worker', 'run']);
      expect(
        await scratch.psql('postgres', `select count(*) from pg_database where datname ~ '_pgsnapman_|^drill_'`),
      ).toBe('0');
      expect(await readdir(join(home.root, 'staging'))).toEqual([]);
      await scratch.psql('postgres', 'drop role if exists seller, clerk');
    },
  );
});

test('a job is drilled by its own schedule, its newest dump', async () => {
  const [{ id }] = (await home.ok(['dumpjob', 'list', '--json'])).json();
  await home.ok(['dumpjob', 'edit', String(id), '--drill-schedule', '0 4 * * 0', '--drill-on', 'scratch']);
  await home.ok(['worker', 'run']);
  const path = join(home.root, 'state', 'drills.json');
  const plan = JSON.parse(await readFile(path, 'utf8'));
  expect(plan[id].schedule).toBe('0 4 * * 0');
  const drills = `select count(*) from pgsnapman.restore_run where trigger_kind = 'drill'`;
  const before = Number(await sql(drills));
  await writeFile(path, JSON.stringify({ [id]: { ...plan[id], next_at: new Date(0) } }));
  await home.ok(['worker', 'run']);
  expect(Number(await sql(drills))).toBe(before + 1);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(plan);
  await expectNoScratch();
  await home.ok(['dumpjob', 'edit', String(id), '--unset', 'drill-schedule']);
});

describe('a dump with a changed byte on disk', () => {
  test('fails its verification by name, counts as good no more, and retention keeps an older one', async () => {
    await source.psql('postgres', 'create database other');
    await source.psql('other', `create table t as select n, md5(n::text) from generate_series(1, 30000) as n`);
    const job = await addDumpJob(
      home,
      'source',
      'other',
      '--keep',
      '0,0,0,0',
      '--keep-last',
      '1',
      '--schedule',
      '0 3 1 1 *',
    );
    const older = await dumpOf(job);
    const packsOfOlder = await packNames();
    await source.psql('other', `update t set md5 = md5(md5)`);
    const newer = await dumpOf(job);
    await damageOtherThan(packsOfOlder);
    const checked = await Promise.all(
      [older, newer].map(async (id) => ({
        id,
        result: await home.run(['dump', 'verify', String(id), '--level', '2']),
      })),
    );
    const failed = checked.filter(({ result }) => result.exitCode === 1);
    expect(failed.map(({ id }) => id)).toEqual([newer]);
    const [bad] = failed;
    expect(bad?.result.stdout).toMatch(/failed its verification: block [0-9a-f]{16}:\d+: /);
    const preview = (await home.ok(['retention', 'preview', String(job), '--json'])).json();
    const kept = preview.filter((row: { reasons: string[] }) => row.reasons.includes('among the newest good ones'));
    expect(kept.map((row: { dump_id: number }) => row.dump_id)).toEqual([older]);
    const state = (await home.ok(['dump', 'list', '--job', String(job), '--json'])).json();
    expect(state.find((row: { id: number }) => row.id === bad?.id).verification_failed).toMatch(/^block /);
    const restore = await home.ok([
      'restorejob',
      'add',
      '--latest-of',
      String(job),
      '--to',
      'scratch',
      '--db',
      'latest',
      '--json',
    ]);
    const run = (await home.ok(['restorejob', 'run', String(restore.json().id), '--json'])).json();
    expect(run.dump_uuid).toBe(await sql(`select uuid from pgsnapman.dump where id = ${older}`));
  });
});

test('a tick verifies a part of what is not verified, oldest first, and records it', async () => {
  await sql('update pgsnapman.worker set verify_percent = 100');
  await sql(`update pgsnapman.dump set verified_level = 1 where state = 'available' and verification_failed is null`);
  await home.ok(['worker', 'run']);
  await sql(`update pgsnapman.worker set verify_schedule = '1 1 * * *'`);
  await home.run(['worker', 'run']);
  const levels = await sql(
    `select distinct verified_level, verified_with like 'pg_restore %' from pgsnapman.dump where state = 'available' and verification_failed is null`,
  );
  expect(levels.split('\n')).toEqual(expect.arrayContaining(['3|t']));
});
