import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;

let catalog: Catalog;
let source: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, source] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await source.psql('postgres', 'create database shop');
  await source.psql(
    'shop',
    `create table item (id integer primary key, name text);
    insert into item select n, repeat(md5(n::text), 20) from generate_series(1, 2000) as n`,
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, source, 'source');
  // The first tick does every duty once; from then on the tests say when.
  await home.ok(['worker', 'run']);
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), source?.remove()]);
});

const sql = (text: string): Promise<string> => catalog.psql('catalog', text);

/** A repeat job that keeps nothing but the newest dump, and dumps of it: each of the ages in days, the oldest first. */
async function addJob(keep: string, ages: number[]): Promise<{ job: number; dumps: number[] }> {
  const job = await addDumpJob(home, 'source', 'shop', '--keep', keep, '--keep-last', '1', '--schedule', '0 3 1 1 *');
  const dumps: number[] = [];
  for (const age of ages) {
    await source.psql('shop', `insert into item select max(id) + 1, 'new' from item`);
    const { uuid } = (await home.ok(['dumpjob', 'run', String(job), '--json'])).json();
    const id = await sql(
      `update pgsnapman.dump set started_at = started_at - interval '${age} days', ended_at = ended_at - interval '${age} days'
      where uuid = '${uuid}' returning id`,
    );
    dumps.push(Number(id.split('\n')[0]));
  }
  return { job, dumps };
}

const timetablePath = () => join(home.root, 'state', 'timetable.json');
const readTimetable = async () => JSON.parse(await readFile(timetablePath(), 'utf8'));

/** Ticks until one has cleaned: on a busy machine the catalog may not answer in time, and then nothing is removed. */
async function tickUntilClean(): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    expect((await home.run(['worker', 'run'])).exitCode).toBe(0);
    if ((await readTimetable()).clean !== undefined) return;
  }
  throw new Error('no tick cleans');
}

/** The next tick cleans. */
async function makeDue(): Promise<void> {
  const { clean: _clean, ...others } = await readTimetable();
  await writeFile(timetablePath(), JSON.stringify(others));
}

async function cleaning(): Promise<void> {
  await makeDue();
  await tickUntilClean();
}

const left = async (job: number): Promise<number[]> =>
  (
    await sql(
      `select coalesce(string_agg(id::text, ',' order by started_at), '') from pgsnapman.dump where dump_job_id = ${job}`,
    )
  )
    .split(',')
    .filter(Boolean)
    .map(Number);

const inRepository = async (): Promise<number> => (await readdir(join(home.root, 'repository/dumps'))).length;
const available = async (): Promise<number> =>
  Number(await sql(`select count(*) from pgsnapman.dump where state = 'available'`));

async function expectWhole(): Promise<void> {
  expect(await inRepository()).toBe(await available());
  expect(await sql(`select count(*) from pgsnapman.dump where state = 'removing'`)).toBe('0');
  expect(await readdir(join(home.root, 'repository/trash'))).toEqual([]);
  expect((await home.run(['repo', 'check', '--read-data'])).exitCode).toBe(0);
}

describe('a cleaning', () => {
  test('removes what retention drops, with its data, and says so', async () => {
    const { job, dumps } = await addJob('1,1,0,0', [21, 14, 7, 0]);
    const [first = 0, , , last = 0] = dumps;
    await home.ok(['dump', 'keep', String(first), 'yes']);
    const preview = (await home.ok(['retention', 'preview', String(job), '--json'])).json();
    expect(preview.map((row: { decision: string }) => row.decision)).toEqual(['keep', 'keep', 'drop', 'keep']);
    expect(Object.keys(preview[0])).toEqual(['dump_id', 'uuid', 'started_at', 'decision', 'reasons']);
    await cleaning();
    const dropped = preview
      .filter((row: { decision: string }) => row.decision === 'drop')
      .map((row: { dump_id: number }) => row.dump_id);
    expect(await left(job)).toEqual(dumps.filter((id) => !dropped.includes(id)));
    expect(await left(job)).toContain(first);
    expect(await left(job)).toContain(last);
    await expectWhole();
    const messages = await sql(`select text from pgsnapman.message where job_class = 'clean' order by id desc limit 1`);
    expect(messages).toMatch(/^cleaning: 1 dump removed, .* freed$/);
  });

  test('waits for an approval when it would drop more than half, and more than three', async () => {
    const { job, dumps } = await addJob('0,0,0,0', [6, 5, 4, 3, 2]);
    await cleaning();
    expect(await left(job)).toEqual(dumps);
    const waiting = (await home.ok(['retention', 'list', '--json'])).json();
    expect(waiting).toMatchObject([{ dump_job_id: job, drop_count: 4, good_count: 5, approved_at: null }]);
    await cleaning();
    expect(await sql(`select count(*) from pgsnapman.message where text like '%before somebody approves%'`)).toBe('1');
    await home.ok(['retention', 'approve', String(waiting[0].id)]);
    await cleaning();
    expect(await left(job)).toEqual(dumps.slice(-1));
    expect((await home.ok(['retention', 'list', '--json'])).json()).toEqual([]);
    await expectWhole();
  });

  test('leaves alone what a restore job names, and what somebody marked in between', async () => {
    const { job, dumps } = await addJob('0,0,0,0', [3, 2, 1]);
    const [named = 0, kept = 0, newest = 0] = dumps;
    await sql(
      `insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname, run_at)
      values (${named}, 1, 'later', now() + interval '1 day')`,
    );
    await home.ok(['dump', 'keep', String(kept), 'yes']);
    await home.ok(['dump', 'keep', String(newest), 'no']);
    await cleaning();
    expect(await left(job)).toEqual([named, kept]);
    const refused = await home.run(['dump', 'delete', String(named), '--yes']);
    expect(refused.stderr).toContain('is needed by an active restore job');
    expect((await home.run(['dump', 'delete', String(kept), '--yes'])).exitCode).toBe(2);
    await home.ok(['dump', 'keep', String(kept), 'auto']);
    await home.ok(['dump', 'delete', String(kept), '--yes']);
    expect(await left(job)).toEqual([named]);
    await expectWhole();
  });

  test('thins out the dumps of a job that is gone as retention_on_delete says', async () => {
    const { job, dumps } = await addJob('9,9,9,9', [3, 2, 1, 0]);
    await sql(`update pgsnapman.setting set value = '2,0,0,0' where key = 'retention_on_delete'`);
    await home.ok(['dumpjob', 'delete', String(job), '--yes']);
    await cleaning();
    const rows = await sql(
      `select string_agg(id::text, ',' order by id) from pgsnapman.dump where id in (${dumps.join(',')})`,
    );
    expect(rows).toBe(dumps.slice(2).join(','));
    await expectWhole();
  });

  test('drops rows of failed dumps after their days, and marks dumps that are lost', async () => {
    const { job, dumps } = await addJob('9,9,9,9', [0]);
    const rows = `(gen_random_uuid(), ${job}, 1, 'full', now() - interval '40 days', now() - interval '40 days', 'failed'),
      (gen_random_uuid(), ${job}, 1, 'full', now(), now(), 'failed')`;
    await sql(
      `insert into pgsnapman.dump (uuid, dump_job_id, worker_id, dump_type, started_at, ended_at, outcome) values ${rows}`,
    );
    await sql(
      `insert into pgsnapman.dump (uuid, dump_job_id, worker_id, dump_type, started_at, ended_at, outcome, state)
      values (gen_random_uuid(), ${job}, 1, 'full', now() - interval '1 day', now() - interval '1 day', 'ok', 'available')`,
    );
    await cleaning();
    expect(
      await sql(
        `select outcome, state from pgsnapman.dump where dump_job_id = ${job} and id <> ${dumps[0]} order by id`,
      ),
    ).toBe('failed|\nok|lost');
    await sql(`delete from pgsnapman.dump where dump_job_id = ${job} and id <> ${dumps[0]}`);
  });

  test('removes nothing while the catalog is away, and catches up when it is back', async () => {
    const { job, dumps } = await addJob('1,0,0,0', [2, 1]);
    const before = await inRepository();
    await catalog.stop();
    try {
      await makeDue();
      await home.run(['worker', 'run']);
      expect(await inRepository()).toBe(before);
    } finally {
      await catalog.start();
    }
    await tickUntilClean();
    expect(await left(job)).toEqual(dumps.slice(1));
    await expectWhole();
  });
});

describe('killed at', () => {
  const POINTS = [
    'clean.marked',
    'clean.trashed',
    'clean.pruned',
    'repository.dump-trashed',
    'repository.prune-marked',
  ];
  test.each(POINTS)('%s, the next cleaning finishes', async (point) => {
    const { job, dumps } = await addJob('1,0,0,0', [2, 1]);
    await makeDue();
    const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
    let killed = await home.run(['worker', 'run'], { env });
    for (let tries = 0; tries < 3 && killed.exitCode !== null; tries += 1)
      killed = await home.run(['worker', 'run'], { env });
    expect(killed.exitCode).toBeNull();
    expect((await home.run(['repo', 'check', '--read-data'])).exitCode).toBe(0);
    // One that died is due again; nobody has to wait for the next day.
    await tickUntilClean();
    expect(await left(job)).toEqual(dumps.slice(1));
    await expectWhole();
  });
});

describe('beside work that needs the same chunks', () => {
  const stopped = (point: string) => ({ env: { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:stop` } });

  async function untilStopped(child: { pid?: number | undefined }): Promise<void> {
    for (let i = 0; i < 300; i += 1) {
      if (/^State:\s+T/m.test(await readFile(`/proc/${child.pid}/status`, 'utf8'))) return;
      await sleep(100);
    }
    throw new Error('it does not reach the point');
  }

  test('a dump that refers to what an older dump alone has is whole although that goes', async () => {
    const { job, dumps } = await addJob('0,0,0,0', [3, 2]);
    const running = await home.start(['dumpjob', 'run', String(job)], stopped('dump.before-manifest'));
    await untilStopped(running.child);
    for (const dump of dumps) await home.ok(['dump', 'keep', String(dump), 'no']);
    await cleaning();
    expect(await left(job)).toEqual([]);
    running.child.kill('SIGCONT');
    expect((await running.finished).exitCode).toBe(0);
    const [last = 0] = await left(job);
    expect((await home.run(['dump', 'verify', String(last), '--level', '3'])).exitCode).toBe(0);
    await cleaning();
    await expectWhole();
  });

  test('a dump that is being restored stays', async () => {
    const { job, dumps } = await addJob('0,0,0,0', [3]);
    const restore = await home.ok([
      'restorejob',
      'add',
      '--latest-of',
      String(job),
      '--to',
      'source',
      '--db',
      'copy',
      '--json',
    ]);
    const running = await home.start(
      ['restorejob', 'run', String(restore.json().id)],
      stopped('restore.roles-created'),
    );
    await untilStopped(running.child);
    await home.ok(['dump', 'keep', String(dumps[0]), 'no']);
    expect((await home.run(['dump', 'delete', String(dumps[0]), '--yes'])).exitCode).toBe(12);
    await cleaning();
    expect(await left(job)).toEqual(dumps);
    running.child.kill('SIGCONT');
    expect((await running.finished).exitCode).toBe(0);
    await cleaning();
    expect(await left(job)).toEqual([]);
    await expectWhole();
  });
});
