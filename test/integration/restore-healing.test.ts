import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '../../src/core/faults.ts';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { ConnectionError } from '../../src/sql/connection.ts';
import { connectionSources } from '../../src/sql/connection-sources.ts';
import { healRestore } from '../../src/worker/restore/heal-restore.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import type { RestoreOrder } from '../support/restore-process.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

const SCRIPT = join(import.meta.dirname, '../support/restore-process.ts');

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let to: Instance;
let dump: DumpResult;
let slow: DumpResult;
const log: string[] = [];
const sources = { ...connectionSources(), env: {} };
const heal = (folder: string) => healRestore(folder, { sources, log: (line) => log.push(line) });

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  worker = await createTestWorker();
  to = instanceOf(target, 2, { name: 'to' });
  const from = instanceOf(source, 1);
  await source.psql('postgres', 'create role keeper; create database shop; create database slow');
  await source.psql('shop', 'create table version as select 2 as a; alter table version owner to keeper');
  await source.psql('shop', 'create table t as select generate_series(1, 100) as a; alter table t owner to keeper');
  await source.psql(
    'slow',
    `create function sleeps_elsewhere() returns boolean language plpgsql as $$ begin
       if exists (select from pg_catalog.pg_roles where rolname = 'sleeper') then perform pg_catalog.pg_sleep(600); end if;
       return true;
     end $$;
     create table t (a int check (public.sleeps_elsewhere()));
     insert into t values (1)`,
  );
  await target.psql('postgres', 'create role sleeper');
  dump = await worker.dump(from, 'shop');
  slow = await worker.dump(from, 'slow');
  expect([dump.outcome, slow.outcome]).toEqual(['ok', 'ok']);
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), worker?.remove()]);
});

interface Run {
  child: ChildProcess;
  folder: string;
  uuid: string;
  ended: Promise<{ signal: NodeJS.Signals | null; output: string }>;
}

/** Starts a restore in a process of its own. */
async function startRestore(
  taken: DumpResult,
  dbname: string,
  fault?: { point: FaultPoint; action: string },
  change: Partial<RestoreJob> = {},
): Promise<Run> {
  const uuid = randomUUID();
  const folder = join(worker.directory, 'staging', uuid);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const planned = fault === undefined ? {} : { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${fault.point}:${fault.action}` };
  const child = spawn(process.execPath, [SCRIPT], {
    env: { ...process.env, ...planned },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const repository = join(worker.directory, 'repository');
  const order: RestoreOrder = {
    uuid,
    dumpUuid: taken.uuid,
    repository,
    stagingDirectory: folder,
    destination: to,
    dbname,
    change,
  };
  child.stdin?.end(JSON.stringify(order));
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise<{ signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.on('close', (_code, signal) => resolve({ signal, output }));
  });
  return { child, folder, uuid, ended };
}

const databases = (): Promise<string> =>
  target.psql(
    'postgres',
    `select coalesce(string_agg(datname, ' ' order by datname), '') from pg_database
    where not datistemplate and datname <> 'postgres'`,
  );
const roles = (): Promise<string> => target.psql('postgres', `select count(*) from pg_roles where rolname = 'keeper'`);
const sessions = (): Promise<string> =>
  target.psql('postgres', `select count(*) from pg_stat_activity where application_name ~ '^pgsnapman'`);

async function clear(): Promise<void> {
  for (const name of (await databases()).split(' ').filter((word) => word !== '')) {
    await target.psql('postgres', `drop database "${name}" with (force)`);
  }
  await target.psql('postgres', 'drop role if exists keeper');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('what was waited for did not come');
}

/** The restore of the slow dump has come to the place where it sleeps. */
const sleeps = async (): Promise<boolean> =>
  (await target.psql('postgres', `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`)) === '1';

const POINTS = Object.keys(FAULT_POINTS).filter(
  (point): point is FaultPoint => point.startsWith('restore.') && point !== 'restore.spooled',
);
/** Passed only when an existing database is dropped. */
const DROPPING: readonly string[] = ['restore.old-renamed', 'restore.old-dropped', 'restore.replaced-dropped'];
/** What is there when the process dies, and what healing says of it. */
const EXPECTED: Partial<Record<FaultPoint, { roles: string; message: RegExp; finished?: true }>> = {
  'restore.started': { roles: '0', message: /^the restore was interrupted before it changed anything on its target$/ },
  'restore.roles-created': {
    roles: '1',
    message: /"shop_copy" on to was interrupted; roles that it created remain: "keeper"$/,
  },
  'restore.database-created': {
    roles: '1',
    message: /its staging database "shop_copy_pgsnapman_[0-9a-f]{8}" was dropped; roles/,
  },
  'restore.restored': { roles: '1', message: /its staging database .* was dropped/ },
  'restore.before-rename': { roles: '1', message: /its staging database .* was dropped/ },
  'restore.swapping': { roles: '1', message: /its staging database .* was dropped/ },
  'restore.renamed': {
    roles: '1',
    message: /^database "shop_copy" on to was restored; only the record/,
    finished: true,
  },
};

describe('a restore whose process is killed', () => {
  test.each(POINTS.filter((point) => !DROPPING.includes(point)))(
    'at %s is healed, and can be run again',
    async (point) => {
      const expected = EXPECTED[point];
      await clear();
      const { folder, ended } = await startRestore(dump, 'shop_copy', { point, action: 'kill' });
      expect((await ended).signal).toBe('SIGKILL');
      expect(await roles()).toBe(expected?.roles);
      for (const attempt of [1, 2]) {
        const healed = await heal(folder);
        expect(healed.finished).toBe(expected?.finished ?? false);
        if (attempt === 1) expect(healed.message).toMatch(expected?.message ?? /never/);
        expect(await databases()).toBe(expected?.finished ? 'shop_copy' : '');
      }
      expect(await sessions()).toBe('0');
      if (expected?.finished) {
        expect(
          await target.psql('shop_copy', 'select sum(a), min(tableowner) from t, pg_tables where tablename = $$t$$'),
        ).toBe('5050|keeper');
        return;
      }
      expect(await readdir(folder)).toEqual([]);
      const again = await startRestore(dump, 'shop_copy');
      expect(JSON.parse((await again.ended).output)).toMatchObject({ outcome: 'ok', row_count: 101 });
      expect(await databases()).toBe('shop_copy');
    },
  );

  test('while pg_restore works is healed: what still runs is ended', async () => {
    await clear();
    const { child, folder, ended } = await startRestore(slow, 'killed');
    await until(sleeps);
    child.kill('SIGKILL');
    await ended;
    expect(await databases()).toMatch(/^killed_pgsnapman_[0-9a-f]{8}$/);
    expect(await heal(folder)).toMatchObject({ finished: false, result: null });
    expect(await databases()).toBe('');
    expect(await sessions()).toBe('0');
  });
});

describe('a restore that replaces a database and is killed', () => {
  const NEW = '2|5050';
  const OLD = '1|1';
  /** What its clients find at the moment of the kill, and after healing; null: there is no database of that name. */
  type Way = Exclude<RestoreJob['existing_db'], 'leave'>;
  const cases: [Way, FaultPoint, string | null, string | null][] = [
    ['drop_before', 'restore.roles-created', OLD, OLD],
    ['drop_before', 'restore.old-renamed', null, OLD],
    ['drop_before', 'restore.old-dropped', null, null],
    ['drop_before', 'restore.before-rename', null, null],
    ['drop_before', 'restore.renamed', NEW, NEW],
    ['rename', 'restore.before-rename', OLD, OLD],
    ['rename', 'restore.swapping', OLD, OLD],
    ['rename', 'restore.renamed', NEW, NEW],
    ['drop', 'restore.before-rename', OLD, OLD],
    ['drop', 'restore.swapping', OLD, OLD],
    ['drop', 'restore.renamed', NEW, NEW],
    ['drop', 'restore.replaced-dropped', NEW, NEW],
  ];
  /** The version row and the rows of the other table; waits for a swap that the server is just rolling back. */
  const content = (): Promise<string> =>
    target
      .psql('live', 'select max(a) from version')
      .then(async (version) => `${version}|${await target.psql('live', 'select sum(a) from t')}`);

  test('at every point of its way: all of them are here', () => {
    const swap = POINTS.slice(POINTS.indexOf('restore.before-rename'));
    for (const point of [...DROPPING, ...swap]) expect(cases.map(([, covered]) => covered)).toContain(point);
  });

  test.each(cases)('with %s at %s, it has the old database or the new one', async (way, point, atOnce, healed) => {
    await clear();
    await target.psql('postgres', 'create database live');
    await target.psql('live', 'create table version as select 1 as a; create table t as select 1 as a');
    const oid = Number(await target.psql('postgres', `select oid from pg_database where datname = 'live'`));
    const fault = { point, action: 'kill' };
    const { folder, ended } = await startRestore(dump, 'live', fault, { existing_db: way });
    expect((await ended).signal).toBe('SIGKILL');
    expect((await databases()).split(' ').includes('live') ? await content() : null).toBe(atOnce);
    const result = await heal(folder);
    await heal(folder);
    const kept = (await databases()).split(' ').filter((name) => name !== 'live' && name !== '');
    expect((await databases()).split(' ').includes('live') ? await content() : null).toBe(healed);
    expect(result.finished).toBe(healed === NEW);
    if (way === 'rename' && healed === NEW) {
      expect(kept).toEqual([expect.stringMatching(/^live_pgsnapman_old_/)]);
      expect(result.undo).toEqual({ undo_dbname: kept[0], undo_oid: oid });
      expect(await target.psql(kept[0] ?? '', 'select a from version')).toBe('1');
    } else {
      expect(kept).toEqual([]);
      expect(result.undo.undo_dbname).toBeNull();
    }
    expect(await sessions()).toBe('0');
  });
});

test('a success leaves its result in the journal, for whoever did not live to see it', async () => {
  await clear();
  const { folder, ended } = await startRestore(dump, 'done');
  const result = JSON.parse((await ended).output);
  const healed = await heal(folder);
  expect(healed.finished).toBe(true);
  expect(JSON.parse(JSON.stringify(healed.result))).toEqual(result);
  expect(await databases()).toBe('done');
});

test('a database that somebody has renamed is left alone', async () => {
  await clear();
  const { folder, ended } = await startRestore(dump, 'mine', { point: 'restore.restored', action: 'kill' });
  await ended;
  await until(async () => (await sessions()) === '0');
  await target.psql('postgres', `alter database "${await databases()}" rename to rescued`);
  const healed = await heal(folder);
  expect(healed).toMatchObject({
    finished: false,
    message: expect.stringMatching(/renamed by somebody and was left alone/),
  });
  expect(await databases()).toBe('rescued');
});

test('another database that took the name of a dropped staging database is left alone', async () => {
  await clear();
  const { folder, ended } = await startRestore(dump, 'mine', { point: 'restore.restored', action: 'kill' });
  await ended;
  await until(async () => (await sessions()) === '0');
  const staging = await databases();
  await target.psql('postgres', `drop database "${staging}"`);
  await target.psql('postgres', `create database "${staging}"`);
  expect((await heal(folder)).finished).toBe(false);
  expect(await databases()).toBe(staging);
});

test('a server that goes down fails the restore, and the staging database is dropped when it is back', async () => {
  await clear();
  const context = await worker.context();
  let down: Promise<void> | null = null;
  const onProgress = ({ stage }: { stage: string }) => {
    if (stage === 'restoring data') down ??= until(sleeps).then(() => target.stop('immediate'));
  };
  const result = await worker.restore(slow.uuid, to, 'down', {}, { ...context, onProgress });
  await down;
  expect(result.outcome).toBe('failed');
  // whichever of both notices first
  expect(result.message).toMatch(/^(the connection to .* was lost: .*; check|restoring data failed: )/);
  expect(result.warnings.join()).toMatch(/staging database "down_pgsnapman_[0-9a-f]{8}" could not be dropped yet/);
  await expect(heal(context.stagingDirectory)).rejects.toThrow(ConnectionError);
  await target.start();
  expect(await databases()).toMatch(/^down_pgsnapman_/);
  expect((await heal(context.stagingDirectory)).message).toMatch(/was dropped/);
  expect(await databases()).toBe('');
});
