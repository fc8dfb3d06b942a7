import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Activity } from '../../../src/core/model/activity.ts';
import { listActivities } from '../../../src/sql/catalog/activities.ts';
import { takePlace } from '../../../src/sql/catalog/instance-places.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { createActivityBoard } from '../../../src/worker/activity/activity-board.ts';
import { startTestCatalog, type TestCluster } from '../../support/clusters.ts';
import { emptyCatalog } from '../../support/empty-catalog.ts';

let cluster: TestCluster;
let c: Connection;

beforeAll(async () => {
  cluster = await startTestCatalog();
  c = await cluster.connect('catalog');
});
afterAll(() => cluster?.remove());
/** Ten workers, each with a dump job (the ids are the same) on instance 1; job 11 is on instance 2. */
beforeEach(async () => {
  await emptyCatalog(c);
  await c.script(`insert into pgsnapman.worker (name) select 'w' || n from generate_series(1, 10) as n;
    insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1), ('db2', 1);
    insert into pgsnapman.dump_job (instance_id, dbname, worker_id) select 1, 'shop', n from generate_series(1, 10) as n;
    insert into pgsnapman.dump_job (instance_id, dbname, worker_id) values (2, 'shop', 1)`);
});

const run = (worker: number, job = worker): Activity => ({
  uuid: `018f0000-0000-7000-8000-${String(worker * 100 + job).padStart(12, '0')}`,
  worker_id: worker,
  kind: 'dump',
  job_id: job,
  subject: 'shop on db1',
  started_at: new Date(),
  stage: 'starting',
  item: null,
  done_bytes: null,
  total_bytes: null,
  done_items: null,
  total_items: null,
});
const shown = async () => (await listActivities(c)).map(({ worker_id, job_id }) => [worker_id, job_id]);

describe('a place on an instance', () => {
  test('is taken by as many as there are, however many workers begin at the same moment', async () => {
    const connections = await Promise.all(Array.from({ length: 10 }, () => cluster.connect('catalog')));
    const wanted = { instanceId: 1, spare: 2 };
    const taken = await Promise.all(connections.map((each, i) => takePlace(each, run(i + 1), wanted)));
    await Promise.all(connections.map((each) => each.close()));
    expect(taken.filter(Boolean).length).toBe(3);
    expect((await shown()).length).toBe(3);
  });

  test('is not refused for runs on other instances, runs of its own worker, or workers that say nothing any more', async () => {
    const wanted = { instanceId: 1, spare: 0 };
    expect(await takePlace(c, run(1, 11), { instanceId: 2, spare: 0 })).toBe(true);
    expect(await takePlace(c, run(2), wanted)).toBe(true);
    expect(await takePlace(c, run(2, 3), wanted)).toBe(true);
    expect(await takePlace(c, run(4), wanted)).toBe(false);
    await c.script(`update pgsnapman.activity set heartbeat_at = now() - interval '2 minutes'`);
    expect(await takePlace(c, run(4), wanted)).toBe(true);
  });
});

describe('the board of activities', () => {
  test('shows a run from its reservation to its end', async () => {
    const board = createActivityBoard(() => cluster.connect('catalog'));
    const reserved = await board.reserve(run(1), { instanceId: 1, spare: 0 });
    expect(await shown()).toEqual([[1, 1]]);
    const begun = board.begin(run(1), () => undefined);
    begun.end();
    reserved?.giveBack();
    await board.close();
    expect(await shown()).toEqual([]);
  });

  test('gives the place of a run back that never began', async () => {
    const board = createActivityBoard(() => cluster.connect('catalog'));
    const reserved = await board.reserve(run(1), { instanceId: 1, spare: 0 });
    expect(await board.reserve(run(2), { instanceId: 1, spare: 0 })).toBeNull();
    reserved?.giveBack();
    expect(await board.reserve(run(2), { instanceId: 1, spare: 0 })).not.toBeNull();
    await board.close();
  });

  test('lets a run begin while the catalog is away', async () => {
    const board = createActivityBoard(() => Promise.reject(new Error('no catalog')));
    expect(await board.reserve(run(1), { instanceId: 1, spare: 0 })).not.toBeNull();
    await board.close();
  });
});
