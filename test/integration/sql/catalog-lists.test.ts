import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dumpJobSchema,
  instanceSchema,
  restoreJobSchema,
  workerSchema,
} from '../../../src/core/model/configuration.ts';
import {
  listActivities,
  listOccupations,
  removeActivity,
  upsertActivity,
} from '../../../src/sql/catalog/activities.ts';
import { addDumpJob, findDumpJob, listDumpJobs } from '../../../src/sql/catalog/dump-jobs.ts';
import { findDump, latestGoodDump, listDumps } from '../../../src/sql/catalog/dumps.ts';
import { addInstance, findInstance, listInstances } from '../../../src/sql/catalog/instances.ts';
import { listMessages } from '../../../src/sql/catalog/messages.ts';
import { addRestoreJob, findRestoreJob, listRestoreJobs } from '../../../src/sql/catalog/restore-jobs.ts';
import { findRestoreRun, listRestoreRuns } from '../../../src/sql/catalog/restore-runs.ts';
import { addTrigger } from '../../../src/sql/catalog/triggers.ts';
import { uploadDump, uploadMessage, uploadRestoreResult } from '../../../src/sql/catalog/upload.ts';
import { bindWorker, findWorker, listWorkers, registerWorker, reportWorker } from '../../../src/sql/catalog/workers.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { dumpResult, message, restoreResult } from '../../support/results.ts';

let cluster: TestCluster;
let c: Connection;

/** Workers w1, w2; instances db1, db1:5433, /tmp/s; jobs shop, Shop 2, shop_3 (single, halted); dumps of hours 1 to 6. */
beforeAll(async () => {
  cluster = await startTestCatalog();
  c = await cluster.connect('catalog');
  await registerWorker(c, { name: 'w1', comment: 'first', timezone: 'Europe/Berlin', stall_timeout_ms: 90_500 });
  await registerWorker(c, { name: 'w2', status: 'halted' });
  await addInstance(c, { host: 'db1', default_worker_id: 1 });
  await addInstance(c, { host: 'db1', port: 5433, default_worker_id: 2, status: 'halted' });
  await addInstance(c, { host: '/tmp/s', name: 'sockets' });
  await addDumpJob(c, { instance_id: 1, dbname: 'shop' });
  await addDumpJob(c, {
    instance_id: 1,
    dbname: 'Shop 2',
    worker_id: 2,
    schemas: ['a', 'B'],
    options: ['--no-comments'],
    catch_up_ms: 1500,
  });
  await addDumpJob(c, {
    instance_id: 2,
    dbname: 'shop_3',
    job_type: 'single',
    run_at: new Date('2030-01-01T00:00:00Z'),
    status: 'halted',
  });
  const hour = (n: number) => new Date(`2026-01-31T0${n}:00:00.000Z`);
  for (let n = 1; n <= 6; n += 1) {
    await uploadDump(
      c,
      dumpResult({
        uuid: `0198f2a0-0000-7000-8000-00000000000${n}`,
        dump_job_id: n % 2 === 0 ? 2 : 1,
        worker_id: n % 2 === 0 ? 2 : 1,
        instance_id: n % 3 === 0 ? 2 : 1,
        started_at: hour(n),
        ended_at: hour(n + 1),
        dbname: n % 2 === 0 ? 'Shop 2' : 'shop',
        outcome: n === 5 ? 'failed' : 'ok',
        raw_bytes: n === 5 ? null : n * 100,
      }),
    );
  }
});
afterAll(() => cluster?.remove());

const ids = (rows: { id: number }[]) => rows.map(({ id }) => id);

describe('workers', () => {
  test('are rows of the model', async () => {
    const workers = await listWorkers(c);
    expect(workers.map((worker) => workerSchema.strict().parse(worker))).toEqual(workers);
    expect(workers[0]).toMatchObject({
      id: 1,
      name: 'w1',
      comment: 'first',
      stall_timeout_ms: 90_500,
      catch_up_ms: null,
    });
    expect(ids(await listWorkers(c, { status: 'halted' }))).toEqual([2]);
    expect(ids(await listWorkers(c, { sort: '-name' }))).toEqual([2, 1]);
  });

  test('are found by id or name', async () => {
    expect((await findWorker(c, 'w2')).id).toBe(2);
    expect((await findWorker(c, '2')).name).toBe('w2');
    for (const reference of ['nobody', '99', '', "w1' or true --"]) {
      await expect(findWorker(c, reference)).rejects.toMatchObject({
        code: 'not_found',
        hint: 'see: pgsnapman worker list',
      });
    }
  });

  test('are bound to one root directory on one machine', async () => {
    const binding = {
      name: 'w1',
      rootId: '0198f2a0-0000-7000-8000-00000000000a',
      machineId: 'm1',
      version: '1',
      tools: [{ version: '15.1', directory: '/x' }],
    };
    expect(await bindWorker(c, binding)).toMatchObject({
      id: 1,
      root_id: binding.rootId,
      machine_id: 'm1',
      tools: binding.tools,
      last_seen_at: expect.any(Date),
    });
    expect(await bindWorker(c, { ...binding, version: '2' })).toMatchObject({ version: '2' });
    const elsewhere = { ...binding, rootId: '0198f2a0-0000-7000-8000-00000000000b' };
    await expect(bindWorker(c, elsewhere)).rejects.toMatchObject({
      code: 'configuration',
      message: 'worker "w1" already works with another root directory',
      hint: expect.stringContaining("where name = 'w1'"),
    });
    await expect(bindWorker(c, { ...binding, machineId: 'm2' })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('another machine'),
    });
    await expect(bindWorker(c, { ...binding, name: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
      hint: "run: pgsnapman worker register 'nobody'",
    });
    await reportWorker(c, 1, { version: '3', tools: [] });
    expect(await findWorker(c, 1)).toMatchObject({ version: '3', tools: [] });
    await reportWorker(c, 99, { version: '3', tools: [] });
  });
});

describe('instances', () => {
  test('are rows of the model with the name of their worker', async () => {
    const instances = await listInstances(c);
    for (const { default_worker_name: _, ...instance } of instances)
      expect(instanceSchema.strict().parse(instance)).toEqual(instance);
    expect(instances).toMatchObject([
      { id: 1, name: 'db1', default_worker_name: 'w1', window_start: '20:00:00' },
      { id: 2, name: 'db1:5433', default_worker_name: 'w2' },
      { id: 3, name: 'sockets', default_worker_name: null },
    ]);
    expect(ids(await listInstances(c, { worker: 'w2' }))).toEqual([2]);
    expect(ids(await listInstances(c, { status: 'active', sort: '-host' }))).toEqual([1, 3]);
  });

  test.each([
    ['1', 1],
    ['db1', 1],
    ['db1:5433', 2],
    ['sockets', 3],
    ['/tmp/s', 3],
    ['/tmp/s:5432', 3],
    ['[db1]:5433', 2],
  ])('%s is instance %i', async (reference, id) => {
    expect((await findInstance(c, reference)).id).toBe(id);
  });

  test('an address of several is ambiguous, an unknown one is not found', async () => {
    await c.script(`begin; update pgsnapman.instance set name = 'renamed' where id = 1`);
    await expect(findInstance(c, 'db1')).rejects.toMatchObject({
      code: 'usage',
      message: '"db1" may mean several: 1 (renamed), 2 (db1:5433)',
    });
    await c.script('rollback');
    await expect(findInstance(c, 'db9')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('dump jobs', () => {
  test('are rows of the model with names', async () => {
    const jobs = await listDumpJobs(c);
    for (const { instance_name: _, worker_name: __, ...job } of jobs)
      expect(dumpJobSchema.strict().parse(job)).toEqual(job);
    expect(jobs).toMatchObject([
      { id: 1, instance_name: 'db1', worker_name: 'w1', schedule: expect.stringMatching(/^\d+ \d+ \* \* \*$/) },
      { id: 2, worker_name: 'w2', schemas: ['a', 'B'], options: ['--no-comments'], catch_up_ms: 1500 },
      { id: 3, instance_name: 'db1:5433', run_at: new Date('2030-01-01T00:00:00Z') },
    ]);
  });

  test.each([
    [{ status: 'halted' }, [3]],
    [{ db: 'shop' }, [1]],
    [{ db: 'shop*' }, [1, 3]],
    [{ db: '?hop*' }, [1, 2, 3]],
    [{ db: 'shop_?' }, [3]],
    [{ db: '%' }, []],
    [{ instance: 'db1' }, [1, 2]],
    [{ worker: 'w2' }, [2, 3]],
    [{ sort: '-id', limit: 2 }, [3, 2]],
  ])('are narrowed by %j', async (filter, expected) => {
    expect(ids(await listDumpJobs(c, filter))).toEqual(expected);
  });

  test('are found by id', async () => {
    expect(await findDumpJob(c, 2)).toMatchObject({ dbname: 'Shop 2' });
    await expect(findDumpJob(c, 99)).rejects.toMatchObject({ code: 'not_found', message: 'there is no dump job 99' });
    await expect(listDumpJobs(c, { instance: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(listDumpJobs(c, { sort: 'color' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('dumps', () => {
  test.each([
    [{}, [6, 5, 4, 3, 2, 1]],
    [{ since: new Date('2026-01-31T04:00:00Z') }, [6, 5, 4]],
    [{ outcome: 'failed' }, [5]],
    [{ db: 'shop' }, [5, 3, 1]],
    [{ db: 's*' }, [5, 3, 1]],
    [{ db: '*' }, [6, 5, 4, 3, 2, 1]],
    [{ db: 'x*' }, []],
    [{ instance: 'db1:5433' }, [6, 3]],
    [{ worker: 'w2' }, [6, 4, 2]],
    [{ job: 1 }, [5, 3, 1]],
    [{ sort: 'started_at', limit: 2 }, [1, 2]],
    [{ sort: '-raw_bytes' }, [6, 4, 3, 2, 1, 5]],
    [{ sort: 'raw_bytes', db: 's*' }, [5, 1, 3]],
    [{ outcome: 'ok', db: 'Shop ?', instance: 1, worker: 2, job: 2, since: new Date('2026-01-31T03:00:00Z') }, [4]],
  ])('narrowed and sorted by %j are %j', async (filter, expected) => {
    expect(ids(await listDumps(c, filter))).toEqual(expected);
  });

  test.each([undefined, 'started_at', '-raw_bytes', 'raw_bytes', 'stored_bytes'])(
    'sorted by %s come page by page, each once',
    async (sort) => {
      for (const db of [undefined, '*hop*']) {
        const whole = ids(await listDumps(c, { sort, db }));
        const paged: number[] = [];
        for (let after: number | undefined; ; after = paged.at(-1)) {
          const page = ids(await listDumps(c, { sort, db, limit: 2, after }));
          if (page.length === 0) break;
          paged.push(...page);
        }
        expect(paged).toEqual(whole);
      }
    },
  );

  test('are found by id or by the beginning of the uuid', async () => {
    expect(await findDump(c, '3')).toMatchObject({ id: 3, log_tail: 'pg_dump: done' });
    expect(await findDump(c, '0198f2a0-0000-7000-8000-000000000003')).toMatchObject({ id: 3 });
    expect(await findDump(c, '0198F2A000007000800000000000000' + '4')).toMatchObject({ id: 4 });
    await expect(findDump(c, '0198f2a0')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('may mean several: 1 ('),
    });
    for (const reference of ['99', 'ffff', 'xyz', '', '3 or 1=1']) {
      await expect(findDump(c, reference)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  test('the latest good one of a job is neither failed, nor lost, nor found damaged', async () => {
    expect(await latestGoodDump(c, 1)).toMatchObject({ id: 3 });
    await c.script(
      `begin; update pgsnapman.dump set state = 'removing' where id = 6; update pgsnapman.dump set verification_failed = 'x' where id = 4`,
    );
    expect(await latestGoodDump(c, 2)).toMatchObject({ id: 2 });
    await c.script('rollback');
    expect(await latestGoodDump(c, 99)).toBeUndefined();
  });
});

describe('restore jobs and triggers', () => {
  test('are rows of the model with the name of the target', async () => {
    const added = await addRestoreJob(c, {
      dump_id: 3,
      dest_instance_id: 2,
      dest_dbname: 'copy',
      role_map: { a: 'B "c"' },
      tablespace_map: {},
    });
    expect(restoreJobSchema.strict().parse(added)).toEqual(added);
    expect(added).toMatchObject({ dump_uuid: '0198f2a0-0000-7000-8000-000000000003', role_map: { a: 'B "c"' } });
    await addRestoreJob(c, {
      latest_of_dump_job_id: 1,
      dest_instance_id: 1,
      dest_dbname: 'other',
      job_type: 'repeat',
      schedule: '@daily',
      status: 'halted',
    });
    expect(await findRestoreJob(c, 1)).toMatchObject({ dest_instance_name: 'db1:5433' });
    expect(ids(await listRestoreJobs(c, { status: 'halted' }))).toEqual([2]);
    expect(ids(await listRestoreJobs(c, { instance: 2, db: 'c*' }))).toEqual([1]);
    await expect(findRestoreJob(c, 99)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('triggers are numbered in the order in which they are added', async () => {
    for (const dest_dbname of ['t1', 't2'])
      await addRestoreJob(c, { dest_instance_id: 1, dest_dbname, job_type: 'trigger' });
    expect(await addTrigger(c, 1, 3)).toEqual({ dump_job_id: 1, restore_job_id: 3, position: 1 });
    expect(await addTrigger(c, 1, 4)).toEqual({ dump_job_id: 1, restore_job_id: 4, position: 2 });
    await expect(addTrigger(c, 1, 4)).rejects.toMatchObject({ constraint: 'dump_job_trigger_is_unique' });
    await expect(addTrigger(c, 1, 1)).rejects.toThrow('is not a triggered one');
  });
});

test('restore runs are listed and found', async () => {
  await uploadRestoreResult(
    c,
    restoreResult({
      uuid: '0198f2a0-0000-7000-8000-0000000000a1',
      restore_job_id: 1,
      dest_instance_id: 2,
      worker_id: 1,
    }),
  );
  await uploadRestoreResult(
    c,
    restoreResult({
      uuid: '0198f2a0-0000-7000-8000-0000000000b2',
      outcome: 'failed',
      dest_dbname: 'other',
      started_at: new Date('2026-01-31T05:00:00Z'),
      ended_at: new Date('2026-01-31T05:00:01Z'),
    }),
  );
  expect(ids(await listRestoreRuns(c))).toEqual([2, 1]);
  expect(ids(await listRestoreRuns(c, { outcome: 'failed' }))).toEqual([2]);
  expect(
    ids(
      await listRestoreRuns(c, { job: 1, instance: 2, worker: 1, db: 'shop?', since: new Date(0), sort: 'started_at' }),
    ),
  ).toEqual([1]);
  expect(await findRestoreRun(c, '0198f2a0-0000-7000-8000-0000000000b')).toMatchObject({
    id: 2,
    log_tail: 'pg_restore: done',
  });
  await expect(findRestoreRun(c, '99')).rejects.toMatchObject({
    code: 'not_found',
    hint: 'see: pgsnapman restorelog list',
  });
});

test('messages are listed by level and worse, newest first', async () => {
  const levels = ['debug', 'info', 'warning', 'error', 'critical'] as const;
  for (const [n, level] of levels.entries()) {
    await uploadMessage(
      c,
      message({ level, logged_at: new Date(Date.UTC(2026, 0, 1, n)), worker_id: n % 2 === 0 ? 1 : 2, job_id: n }),
    );
  }
  const found = async (filter: object) => (await listMessages(c, filter)).map(({ level }) => level);
  expect(await found({})).toEqual([...levels].reverse());
  expect(await found({ level: 'warning' })).toEqual(['critical', 'error', 'warning']);
  expect(await found({ level: 'info', limit: 2 })).toEqual(['critical', 'error']);
  expect(await found({ level: 'debug', worker: 'w2', since: new Date(Date.UTC(2026, 0, 1, 2)) })).toEqual(['error']);
  expect(await found({ job: 2 })).toEqual(['warning']);
  await expect(listMessages(c, { level: 'loud' })).rejects.toMatchObject({ code: 'usage' });
});

test('activities come, change, are asked to end, and go', async () => {
  const activity = {
    uuid: '0198f2a0-0000-7000-8000-0000000000c1',
    worker_id: 1,
    kind: 'dump' as const,
    job_id: 1,
    subject: 'shop on db1',
    started_at: new Date('2026-01-31T05:00:00Z'),
    stage: 'dumping',
    item: 'public.orders',
    done_bytes: 5e9,
    total_bytes: null,
    done_items: 1,
    total_items: 7,
  };
  expect(await upsertActivity(c, activity)).toEqual({ cancel_requested: false });
  expect(await listActivities(c)).toMatchObject([
    { ...activity, worker_name: 'w1', cancel_requested: false, heartbeat_at: expect.any(Date) },
  ]);
  const instance_id = (await listDumpJobs(c)).find(({ id }) => id === 1)?.instance_id;
  const occupations = await listOccupations(c);
  expect(occupations).toEqual([{ uuid: activity.uuid, worker_id: 1, instance_id, silent_ms: expect.any(Number) }]);
  await c.script('update pgsnapman.activity set cancel_requested = true');
  expect(await upsertActivity(c, { ...activity, stage: 'storing', item: null })).toEqual({ cancel_requested: true });
  expect(await listActivities(c)).toMatchObject([{ id: 1, stage: 'storing', item: null }]);
  await removeActivity(c, activity.uuid);
  expect(await listActivities(c)).toEqual([]);
});
