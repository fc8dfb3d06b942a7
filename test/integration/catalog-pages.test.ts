import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestRun, setKeep, setSchedule, setStatus } from '../../src/sql/catalog/job-actions.ts';
import * as overview from '../../src/sql/catalog/overview.ts';
import { parseFilter } from '../../src/sql/catalog/pages/filter.ts';
import {
  countRows,
  fetchIds,
  fetchPage,
  fetchRow,
  type ListDefinition,
} from '../../src/sql/catalog/pages/page-query.ts';
import { fetchDumpDetails } from '../../src/sql/catalog/result-details.ts';
import type { Connection } from '../../src/sql/connection.ts';
import { LIST_SCREENS } from '../../src/tui/screens/screen-ids.ts';
import { listScreen } from '../../src/tui/screens/screens.ts';
import { type CatalogSize, fillCatalog } from '../bench/large-catalog.ts';
import { startTestCatalog } from '../support/clusters.ts';

const SIZE: CatalogSize = {
  workers: 3,
  instances: 4,
  jobs: 30,
  dumps: 400,
  restoreJobs: 12,
  restoreRuns: 60,
  messages: 90,
};

let cluster: Awaited<ReturnType<typeof startTestCatalog>>;
let catalog: Connection;

beforeAll(async () => {
  cluster = await startTestCatalog();
  catalog = await cluster.connect('catalog');
  await fillCatalog(catalog, SIZE);
  // Nulls and equal values in every order, and a name that a pattern could trip over.
  await catalog.script(`
    update pgsnapman.dump set raw_bytes = null, stored_bytes = null where id % 7 = 0;
    update pgsnapman.dump set started_at = (select min(started_at) from pgsnapman.dump) where id % 5 = 0;
    insert into pgsnapman.dump_job (instance_id, dbname, job_type) values (1, '100%_\\ok', 'single');
    insert into pgsnapman.dump_job (instance_id, dump_type) values (1, 'cluster');
    insert into pgsnapman.script (name, code) values ('mask', 'select 1');
    insert into pgsnapman.activity (uuid, worker_id, kind, subject, started_at, stage) values (gen_random_uuid(), 1, 'dump', 'x', now(), 'copying')`);
});
afterAll(() => cluster?.remove());

interface Row {
  id: number | string;
}

async function walk(definition: ListDefinition, sort: string, reversed: boolean, direction: 'after' | 'before') {
  const found: Row[] = [];
  let cursor = null as Awaited<ReturnType<typeof fetchPage<Row>>>[number]['cursor_keys'] | null;
  for (;;) {
    const page = await fetchPage<Row>(catalog, definition, { sort, reversed, direction, cursor, limit: 37 });
    if (direction === 'after') found.push(...page);
    else found.unshift(...page);
    if (page.length < 37) return found.map(({ id }) => id);
    cursor = (direction === 'after' ? page[page.length - 1] : page[0])?.cursor_keys ?? null;
  }
}

describe.each(LIST_SCREENS)('the pages of %s', (id) => {
  const { pages, sorts } = listScreen(id);

  it.each(Object.keys(sorts))('ordered by %s give each row once, in the same order from both ends', async (sort) => {
    const total = await countRows(catalog, pages, {}, 100_000);
    for (const reversed of [false, true]) {
      const down = await walk(pages, sort, reversed, 'after');
      expect(down.length).toBe(total);
      expect(new Set(down).size).toBe(total);
      expect(await walk(pages, sort, reversed, 'before')).toEqual(down);
    }
    expect(await walk(pages, sort, true, 'after')).toEqual((await walk(pages, sort, false, 'after')).reverse());
  });

  it('can be filtered, counted, and read one by one', async () => {
    const filter = parseFilter('nothing-is-called-like-this');
    expect(await countRows(catalog, pages, { filter }, 10)).toBe(0);
    const [first] = await fetchPage<Row>(catalog, pages, {
      sort: Object.keys(sorts)[0] ?? '',
      direction: 'after',
      cursor: null,
      limit: 1,
    });
    expect(first).toBeDefined();
    expect((await fetchRow<Row>(catalog, pages, first?.id ?? 0))?.id).toBe(first?.id);
  });
});

describe('a filter', () => {
  const { pages } = listScreen('dumpjobs');
  const names = async (text: string): Promise<string[]> =>
    (
      await fetchPage<{ dbname: string }>(catalog, pages, {
        filter: parseFilter(text),
        sort: 'id',
        direction: 'after',
        cursor: null,
        limit: 100,
      })
    ).map(({ dbname }) => dbname);

  it('takes words as they are, not as patterns', async () => {
    expect(await names('100%_\\ok')).toEqual(['100%_\\ok']);
    expect(await names('%')).toEqual(['100%_\\ok']);
  });

  it('can exclude, and knows regular expressions', async () => {
    expect(await names('CUSTOMER_1 !customer_1')).toEqual([]);
    expect((await names('~customer_(7|8) ')).sort()).toEqual(['customer_7', 'customer_8']);
    await expect(names('~(')).rejects.toMatchObject({ sqlState: '2201B' });
  });

  it('works together with a scope', async () => {
    const ids = await fetchIds(catalog, pages, { scope: { instance: 1 }, filter: parseFilter('customer') }, 100);
    expect(ids.length).toBe(8);
  });
});

describe('the overview', () => {
  it('counts and lists the same as the tables say', async () => {
    const [failed] = await catalog.rows<{
      count: number;
    }>(`select (select count(*) from pgsnapman.dump where outcome in ('failed', 'stalled') and started_at > now() - interval '1 day')
      + (select count(*) from pgsnapman.restore_run where outcome in ('failed', 'stalled') and started_at > now() - interval '1 day') as count`);
    expect(await overview.fetchPulse(catalog)).toEqual({
      workers: 3,
      workers_seen: 3,
      running: 1,
      failed: failed?.count,
    });
    const day = await overview.fetchLastDay(catalog, 3);
    expect(day.failures.length).toBeLessThanOrEqual(3);
    // An instance whose whole cluster is dumped has no uncovered database.
    const uncovered = await overview.fetchUncovered(catalog, 5);
    const rows = await catalog.rows<{
      id: number;
    }>(`select b.id from pgsnapman.database as b where b.instance_id <> 1 and not exists (
      select from pgsnapman.dump_job as j where j.instance_id = b.instance_id and j.dbname = b.name and j.status = 'active' and j.job_type = 'repeat')`);
    expect(uncovered.count).toBe(rows.length);
    expect((await overview.fetchRepositories(catalog)).map(({ added }) => added.length)).toEqual([14, 14, 14]);
    expect(await overview.fetchUnseenWorkers(catalog)).toEqual([]);
    expect((await overview.fetchScheduledJobs(catalog)).every(({ schedule }) => schedule !== null)).toBe(true);
    expect((await overview.fetchOldestVerified(catalog))?.verified_level).toBe(2);
  });
});

describe('what the manager changes', () => {
  it('halts and activates, and says which rows that changed', async () => {
    expect(await setStatus(catalog, 'dump_job', [1, 2, 999_999], 'halted')).toEqual([1, 2]);
    expect(await setStatus(catalog, 'dump_job', [1, 2], 'halted')).toEqual([]);
    expect((await setStatus(catalog, 'dump_job', [1, 2], 'active')).sort()).toEqual([1, 2]);
  });

  it('runs a repeat job as a single copy of itself, with its triggers', async () => {
    await catalog.script(`insert into pgsnapman.restore_job (dest_instance_id, dest_dbname, job_type) values (2, 'copy', 'trigger');
      insert into pgsnapman.dump_job_trigger (dump_job_id, restore_job_id) values (3, currval('pgsnapman.restore_job_id_seq'))`);
    const made = await requestRun(catalog, 'dump_job', 3);
    expect(made?.state).toBe('added');
    const copy = await catalog.row(
      `select j.job_type, j.schedule, j.dbname, j.comment, j.status, (select count(*) from pgsnapman.dump_job_trigger as t where t.dump_job_id = j.id) as triggers
      from pgsnapman.dump_job as j where id = $1`,
      [made?.jobId],
    );
    expect(copy).toEqual({
      job_type: 'single',
      schedule: null,
      dbname: 'customer_3',
      comment: 'run by hand of job 3',
      status: 'active',
      triggers: 1,
    });
    // The copy waits already; finished, it can be run once more.
    expect(await requestRun(catalog, 'dump_job', made?.jobId ?? 0)).toMatchObject({ state: 'waiting' });
    await catalog.execute(
      'update pgsnapman.dump_job set finished_at = now(), claimed_by = 1, claimed_at = now(), run_uuid = gen_random_uuid() where id = $1',
      [made?.jobId],
    );
    expect(await requestRun(catalog, 'dump_job', made?.jobId ?? 0)).toMatchObject({ state: 'activated' });
    const again = await catalog.row('select finished_at, claimed_by, run_uuid from pgsnapman.dump_job where id = $1', [
      made?.jobId,
    ]);
    expect(again).toEqual({ finished_at: null, claimed_by: null, run_uuid: null });
    expect(await requestRun(catalog, 'dump_job', 999_999)).toBeUndefined();
    expect(await requestRun(catalog, 'restore_job', 4)).toMatchObject({
      state: expect.stringMatching(/added|waiting/),
    });
  });

  it('changes schedules of repeat jobs only, and keeps dumps', async () => {
    expect(await setSchedule(catalog, 'dump_job', 5, '@daily')).toBe(true);
    const single = await catalog.row<{ id: number }>(
      `select id from pgsnapman.dump_job where job_type = 'single' limit 1`,
    );
    expect(await setSchedule(catalog, 'dump_job', single?.id ?? 0, '@daily')).toBe(false);
    await expect(setSchedule(catalog, 'dump_job', 5, 'nonsense')).rejects.toMatchObject({ sqlState: '23514' });
    expect(await setKeep(catalog, [1, 2], 'yes')).toEqual([1, 2]);
  });

  it('reads the details of a dump, with its largest tables first', async () => {
    const content = {
      schemas: ['public'],
      tables: [
        { schema: 'public', name: 'a', rows: 1, bytes: 5 },
        { schema: 'public', name: 'b', rows: 1, bytes: 50 },
      ],
      extensions: [],
      roles: [],
      large_objects: 0,
    };
    await catalog.execute('insert into pgsnapman.dump_content (dump_id, content) values (1, $1)', [
      JSON.stringify(content),
    ]);
    const details = await fetchDumpDetails(catalog, 1, 1);
    expect(details).toMatchObject({
      content_table_count: 2,
      content_schemas: ['public'],
      content_tables: [{ name: 'b' }],
    });
    expect(await fetchDumpDetails(catalog, 999_999)).toBeUndefined();
  });
});
