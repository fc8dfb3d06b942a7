import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_POINTS } from '../../src/core/faults.ts';
import { TEMPORARY_PREFIX } from '../../src/worker/files/durable.ts';
import type { CliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { addInstance, createWorkerHome } from '../support/worker-home.ts';

type Catalog = Awaited<ReturnType<typeof startTestCatalog>>;
/** What a copy does not pass: the tests of the store, of cleaning, verification, partial restores and undo kill there. */
const NOT_IN_A_TICK =
  /^(repository\.(dump-trashed|prune-|copy-)|clean\.|verify\.|drill\.|request\.|into\.|cluster-|script-dump\.|hook\.|undo\.)/;
const POINTS = Object.keys(FAULT_POINTS).filter((point) => !NOT_IN_A_TICK.test(point));
/** Points that only a restore passes which drops the database that is there. */
const EXISTING: Readonly<Record<string, string>> = {
  'restore.old-renamed': 'drop_before',
  'restore.old-dropped': 'drop_before',
  'restore.replaced-dropped': 'drop',
};
/** Points where failing is not the same as dying: the process goes on. */
const FAILING_POINTS = [
  'queue.entry-written',
  'dump.dumped',
  'dump.committed',
  'dump.triggered',
  'restore.database-created',
  'restore.swapping',
  'restore.renamed',
  'spool.uploaded',
];

let catalog: Catalog;
let source: TestCluster;
let target: TestCluster;
let home: CliHome;
let sourceId: number;
let targetId: number;

beforeAll(async () => {
  [catalog, source, target] = await Promise.all([startTestCatalog(), startTestCluster(), startTestCluster()]);
  await source.psql('postgres', 'create role seller; create database shop owner seller');
  await source.psql(
    'shop',
    `create table item (id integer primary key, name text);
    insert into item select n, repeat(md5(n::text), 20) from generate_series(1, 2000) as n;
    create table sale (id integer primary key, item integer references item);
    insert into sale select n, n from generate_series(1, 500) as n; alter table item owner to seller`,
  );
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  sourceId = await addInstance(home, source, 'source');
  targetId = await addInstance(home, target, 'target');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), source?.remove(), target?.remove()]);
});

/** A dump job that was due a minute ago and is due once, with a copy; as somebody with psql would make it. */
async function addCopyJob(copy: string, existing = 'leave'): Promise<{ dumpJob: number; restoreJob: number }> {
  if (existing !== 'leave') await target.psql('postgres', `create database "${copy}"`);
  const ids = await catalog.psql(
    'catalog',
    `with minute as (select now() at time zone 'UTC' - interval '1 minute' as at),
      d as (insert into pgsnapman.dump_job (instance_id, dbname, schedule, timezone, created_at, activated_at)
        select ${sourceId}, 'shop', to_char(at, 'FMMI FMHH24 FMDD FMMM *'), 'UTC', now() - interval '1 hour', now() - interval '1 hour'
        from minute returning id),
      r as (insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type, existing_db)
        values (${targetId}, '${copy}', 'trigger', '${existing}') returning id)
    select d.id || ' ' || r.id from d, r`,
  );
  const [dumpJob = 0, restoreJob = 0] = ids.split(' ').map(Number);
  await catalog.psql('catalog', `insert into pgsnapman.dump_job_trigger values (${dumpJob}, ${restoreJob})`);
  return { dumpJob, restoreJob };
}

const tick = (fault?: string) =>
  home.run(['worker', 'run'], { env: fault === undefined ? {} : { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: fault } });

/** Names of what lies in a folder of the root directory. */
/** Without files that a process was writing when it was killed: nobody reads them, and a tick removes them after an hour. */
const inRoot = async (folder: string): Promise<string[]> =>
  (await readdir(join(home.root, folder))).filter((name) => !name.startsWith(TEMPORARY_PREFIX));

/** Nothing of a run is left anywhere. */
async function expectNothingLeft(): Promise<void> {
  expect(await inRoot('staging')).toEqual([]);
  expect(await inRoot('queue')).toEqual([]);
  expect(await inRoot('spool')).toEqual([]);
  for (const cluster of [source, target]) {
    const ours = `select count(*) from pg_database where datname like '%pgsnapman%' and datname not like 'copy%'`;
    expect(await cluster.psql('postgres', `select datname from pg_database where datname ~ '_pgsnapman_'`), ours).toBe(
      '',
    );
    const sessions = `select count(*) from pg_stat_activity where application_name like 'pgsnapman%'`;
    expect(await cluster.psql('postgres', sessions)).toBe('0');
  }
  expect(await catalog.psql('catalog', 'select count(*) from pgsnapman.activity')).toBe('0');
}

const outcomes = (table: string, column: string, id: number): Promise<string> =>
  catalog.psql('catalog', `select outcome from pgsnapman.${table} where ${column} = ${id}`);

const content = `select count(*), md5(string_agg(i::text, ',' order by id)) from item as i`;

async function expectCopied(copy: string): Promise<void> {
  expect(await target.psql(copy, content)).toBe(await source.psql('shop', content));
  expect(await target.psql(copy, 'select count(*) from sale')).toBe('500');
}

/** The ticks after a fault; two are always enough. */
async function ticksAfterwards(): Promise<void> {
  expect((await tick()).exitCode).toBe(0);
  if ((await inRoot('queue')).length + (await inRoot('staging')).length > 0) expect((await tick()).exitCode).toBe(0);
}

describe('killed at', () => {
  test.each(POINTS)('%s, the next ticks bring it to its end, once', async (point) => {
    const copy = `copy ${point}`;
    const { dumpJob, restoreJob } = await addCopyJob(copy, EXISTING[point]);
    const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
    const killed = await home.start(['worker', 'run'], { env });
    expect((await killed.finished).exitCode).toBeNull();
    expect(killed.child.signalCode).toBe('SIGKILL');
    await ticksAfterwards();
    expect(await outcomes('dump', 'dump_job_id', dumpJob)).toBe('ok');
    // With the database in its place and nothing written about it, nobody knows what there would have been to say.
    // The second run finds the database again and says that it drops it, or finds none.
    const unsaid = ['restore.renamed', 'restore.replaced-dropped', 'restore.old-renamed'].includes(point);
    expect(await outcomes('restore_run', 'restore_job_id', restoreJob)).toBe(unsaid ? 'ok_with_warnings' : 'ok');
    await expectCopied(copy);
    await expectNothingLeft();
  });
});

describe('failing at', () => {
  test.each(FAILING_POINTS)('%s, nothing is left behind and every result is there once', async (point) => {
    const copy = `copy with failure at ${point}`;
    const { dumpJob, restoreJob } = await addCopyJob(copy);
    const { exitCode } = await tick(`${point}:throw`);
    expect(exitCode).not.toBeNull();
    await ticksAfterwards();
    const dump = await outcomes('dump', 'dump_job_id', dumpJob);
    const restore = await outcomes('restore_run', 'restore_job_id', restoreJob);
    expect(dump).toMatch(/^(ok|failed)$/);
    expect(restore).toMatch(dump === 'ok' ? /^(ok|ok_with_warnings|failed)$/ : /^$/);
    if (restore.startsWith('ok')) await expectCopied(copy);
    await expectNothingLeft();
  });
});

test('none of it has lost a line of the log or a dump of the repository', async () => {
  const log = await readFile(join(home.root, 'log', 'worker.jsonl'), 'utf8');
  for (const line of log.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  const good = await catalog.psql('catalog', `select count(*) from pgsnapman.dump where state = 'available'`);
  expect((await inRoot('repository/dumps')).length).toBe(Number(good));
});
