import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { claimDumpJobs, claimRestoreJobs } from '../../../src/sql/catalog/claims.ts';
import { findDump, findDumpContent } from '../../../src/sql/catalog/dumps.ts';
import { listMessages } from '../../../src/sql/catalog/messages.ts';
import { findRestoreRun } from '../../../src/sql/catalog/restore-runs.ts';
import {
  uploadDump,
  uploadMessage,
  uploadRepositoryStatus,
  uploadRestoreResult,
} from '../../../src/sql/catalog/upload.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { emptyCatalog } from '../../support/empty-catalog.ts';
import { dumpResult, message, restoreResult } from '../../support/results.ts';

let cluster: TestCluster;
let c: Connection;

beforeAll(async () => {
  cluster = await startTestCatalog();
  c = await cluster.connect('catalog');
});
afterAll(() => cluster?.remove());
beforeEach(async () => {
  await emptyCatalog(c);
  await c.script(`insert into pgsnapman.worker (name) values ('w1'); insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1);
    insert into pgsnapman.dump_job (instance_id, dbname) values (1, 'shop')`);
});

const ids = { dump_job_id: 1, worker_id: 1, instance_id: 1 };

async function everything(): Promise<unknown> {
  const tables = ['dump', 'dump_content', 'restore_run', 'message', 'dump_job', 'restore_job', 'repository'];
  const rows = [];
  for (const table of tables)
    rows.push(await c.rows(`select x.*, x.xmin::text from pgsnapman.${table} as x order by 1`));
  return rows;
}

describe('the result of a dump', () => {
  test('arrives with all its fields, and what is in it', async () => {
    const result = dumpResult({
      ...ids,
      schemas: ['a', 'B "c"'],
      options: ['--no-comments'],
      warnings: ['one, "two"', 'three'],
    });
    await uploadDump(c, result);
    const { content, ...fields } = result;
    expect(await findDump(c, result.uuid)).toMatchObject({
      ...fields,
      id: 1,
      state: 'available',
      keep: 'auto',
      verified_at: result.ended_at,
    });
    expect(await findDumpContent(c, 1)).toEqual(content);
  });

  test('by hand ends a single job that nobody has claimed, and no repeat job', async () => {
    await c.script(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'once', 'single')`);
    const finished = async (): Promise<unknown> =>
      c.rows('select id, finished_at from pgsnapman.dump_job where finished_at is not null');
    await uploadDump(c, dumpResult({ ...ids, trigger_kind: 'manual' }));
    expect(await finished()).toEqual([]);
    const result = dumpResult({ ...ids, dump_job_id: 2, uuid: crypto.randomUUID(), trigger_kind: 'manual' });
    await uploadDump(c, result);
    expect(await finished()).toEqual([{ id: 2, finished_at: result.ended_at }]);
  });

  test('by hand leaves a single job alone that somebody else has claimed', async () => {
    await c.script(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'once', 'single')`);
    await claimDumpJobs(c, 1);
    await uploadDump(c, dumpResult({ ...ids, dump_job_id: 2, trigger_kind: 'manual' }));
    expect(await c.row('select finished_at from pgsnapman.dump_job where id = 2')).toEqual({ finished_at: null });
  });

  test('twice changes nothing', async () => {
    await c.script(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'once', 'single')`);
    const [job] = await claimDumpJobs(c, 1);
    const result = dumpResult({ ...ids, dump_job_id: 2, uuid: job?.run_uuid ?? '', trigger_kind: 'single' });
    await uploadDump(c, result);
    const before = await everything();
    await uploadDump(c, result);
    await uploadDump(c, { ...result, dbname: 'changed', ended_at: new Date() });
    expect(await everything()).toEqual(before);
  });

  test('by ten at once is one dump', async () => {
    const result = dumpResult(ids);
    const connections = await Promise.all(Array.from({ length: 10 }, () => cluster.connect('catalog')));
    await Promise.all(connections.map((each) => uploadDump(each, result)));
    await Promise.all(connections.map((each) => each.close()));
    expect(
      await c.row(
        'select count(*) as dumps, (select count(*) from pgsnapman.dump_content) as contents from pgsnapman.dump',
      ),
    ).toEqual({ dumps: 1, contents: 1 });
  });

  test('ends the single job that it was claimed for, and no other', async () => {
    await c.script(
      `insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'a', 'single'), (1, 'b', 'single')`,
    );
    const jobs = await claimDumpJobs(c, 1);
    const job = jobs.find(({ id }) => id === 2);
    const result = dumpResult({
      ...ids,
      dump_job_id: 2,
      uuid: job?.run_uuid ?? '',
      outcome: 'failed',
      message: 'no',
      content: null,
    });
    await uploadDump(c, result);
    expect(await c.rows('select id, finished_at from pgsnapman.dump_job order by id')).toEqual([
      { id: 1, finished_at: null },
      { id: 2, finished_at: result.ended_at },
      { id: 3, finished_at: null },
    ]);
  });

  test('of a run by hand ends the single job that nobody had claimed, but not again when it was activated since', async () => {
    await c.script(`insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, 'once', 'single')`);
    const result = dumpResult({ ...ids, dump_job_id: 2, trigger_kind: 'manual' });
    const finished = () => c.row('select finished_at from pgsnapman.dump_job where id = 2');
    await uploadDump(c, result);
    expect(await finished()).toEqual({ finished_at: result.ended_at });
    await c.script('update pgsnapman.dump_job set finished_at = null where id = 2');
    await uploadDump(c, result);
    expect(await finished()).toEqual({ finished_at: null });
  });

  test('of a job, an instance and a worker that are gone arrives with nulls', async () => {
    const result = dumpResult({ dump_job_id: 77, worker_id: 78, instance_id: 79, worker_name: 'gone' });
    await uploadDump(c, result);
    expect(await findDump(c, 1)).toMatchObject({
      dump_job_id: null,
      worker_id: null,
      instance_id: null,
      worker_name: 'gone',
    });
  });

  test('arrives even when its job goes in the middle of the upload', async () => {
    const remover = await cluster.connect('catalog');
    await remover.script('begin; delete from pgsnapman.dump_job where id = 1');
    const uploading = uploadDump(c, dumpResult(ids));
    // the upload waits at the foreign key until the job is gone
    await waitUntil(remover, `select from pg_stat_activity where wait_event_type = 'Lock'`);
    await remover.script('commit');
    await uploading;
    expect(await findDump(c, '1').catch(() => findDump(c, '2'))).toMatchObject({ dump_job_id: null, worker_id: 1 });
    await remover.close();
  });

  test('that failed is not there to be restored', async () => {
    const result = dumpResult({
      outcome: 'failed',
      raw_bytes: null,
      manifest_sha256: null,
      verified_level: 0,
      content: null,
      message: 'pg_dump: no',
    });
    await uploadDump(c, result);
    expect(await findDump(c, result.uuid)).toMatchObject({ state: null, verified_at: null, message: 'pg_dump: no' });
    expect(await findDumpContent(c, 1)).toBeNull();
  });

  test('with a clock that was set back, and with characters that Postgres cannot store, arrives all the same', async () => {
    const result = dumpResult({ ended_at: new Date('2026-01-31T02:00:00Z'), log_tail: 'a\0b\ud800', message: '\0' });
    await uploadDump(c, result);
    expect(await findDump(c, result.uuid)).toMatchObject({
      ended_at: result.started_at,
      log_tail: 'ab\ufffd',
      message: '',
    });
  });
});

async function waitUntil(connection: Connection, query: string): Promise<void> {
  while ((await connection.row(query)) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the result of a restore', () => {
  test('arrives with all its fields and its dump, once, and ends its job', async () => {
    const dump = dumpResult(ids);
    await uploadDump(c, dump);
    await c.script(`insert into pgsnapman.restore_job (dump_id, dest_instance_id, dest_dbname) values (1, 1, 'shop2')`);
    const [job] = await claimRestoreJobs(c, 1);
    const result = restoreResult({
      uuid: job?.run_uuid ?? '',
      restore_job_id: 1,
      dump_uuid: dump.uuid,
      worker_id: 1,
      dest_instance_id: 1,
      warnings: ['w'],
    });
    await uploadRestoreResult(c, result);
    expect(await findRestoreRun(c, result.uuid)).toMatchObject({ ...result, id: 1, dump_id: 1 });
    expect(await c.row('select finished_at from pgsnapman.restore_job')).toEqual({ finished_at: result.ended_at });
    const before = await everything();
    await uploadRestoreResult(c, { ...result, outcome: 'failed' });
    expect(await everything()).toEqual(before);
  });

  test('that a dump triggered counts once for this dump', async () => {
    const dump = dumpResult(ids);
    await uploadDump(c, dump);
    await c.script(
      `insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (1, 'x', 'trigger')`,
    );
    const triggered = () => restoreResult({ restore_job_id: 1, dump_uuid: dump.uuid, trigger_kind: 'dump' });
    await uploadRestoreResult(c, triggered());
    await uploadRestoreResult(c, triggered());
    expect(await c.row('select count(*) as runs from pgsnapman.restore_run')).toEqual({ runs: 1 });
    await uploadRestoreResult(c, { ...triggered(), trigger_kind: 'manual' });
    expect(await c.row('select count(*) as runs from pgsnapman.restore_run')).toEqual({ runs: 2 });
  });

  test('whose job, dump, worker and instance are gone arrives with nulls', async () => {
    const result = restoreResult({
      restore_job_id: 5,
      dump_uuid: '0198f2a0-0000-7000-8000-000000000000',
      worker_id: 6,
      dest_instance_id: 7,
    });
    await uploadRestoreResult(c, result);
    expect(await findRestoreRun(c, 1)).toMatchObject({
      restore_job_id: null,
      dump_id: null,
      dump_uuid: result.dump_uuid,
      worker_id: null,
      dest_instance_id: null,
    });
  });

  test('that comes before its dump finds it when the dump comes', async () => {
    const dump = dumpResult();
    await uploadRestoreResult(c, restoreResult({ dump_uuid: dump.uuid }));
    await uploadDump(c, dump);
    expect(await findRestoreRun(c, 1)).toMatchObject({ dump_id: 1 });
  });
});

describe('messages', () => {
  test('arrive once, also from a worker that is gone', async () => {
    const one = message({ worker_id: 1, level: 'error', job_class: 'dump', job_id: 1 });
    const gone = message({ worker_id: 99, logged_at: new Date('2026-01-30T00:00:00Z') });
    for (const each of [one, gone, one]) await uploadMessage(c, each);
    expect(await listMessages(c)).toMatchObject([one, { ...gone, worker_id: null }]);
  });
});

describe('the state of a repository', () => {
  const report = {
    repositoryId: '0198f2a0-0000-7000-8000-000000000000',
    formatVersion: 1,
    dumpCount: 3,
    rawBytes: 5e9,
    storedBytes: 1e9,
    freeBytes: 7e9,
  };

  test('is replaced by the newest, with the growth of the last week', async () => {
    await uploadDump(c, dumpResult({ ...ids, started_at: new Date(), ended_at: new Date(), new_bytes: 700 }));
    await uploadRepositoryStatus(c, 1, { ...report, dumpCount: 2 });
    await uploadRepositoryStatus(c, 1, report);
    expect(
      await c.rows(
        'select worker_id, dump_count, raw_bytes, free_bytes, growth_bytes_per_day from pgsnapman.repository',
      ),
    ).toEqual([{ worker_id: 1, dump_count: 3, raw_bytes: 5e9, free_bytes: 7e9, growth_bytes_per_day: 100 }]);
  });

  test('of a worker that is gone is forgotten', async () => {
    await uploadRepositoryStatus(c, 99, report);
    expect(await c.rows('select from pgsnapman.repository')).toEqual([]);
  });
});
