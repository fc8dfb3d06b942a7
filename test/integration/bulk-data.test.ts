import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBulkData, nextDay } from '../../fixtures/bulk/bulk-data.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { takePicture } from '../support/compare-databases.ts';

const SIZE = { sizeBytes: 1_000_000, seed: 7 };
const ROWS = `select format('%s %s %s', 'c', id, t) from bulk.customer as t
  union all select format('%s %s %s', 'o', id, t) from bulk.orders as t
  union all select format('%s %s %s', 'l', id, t) from bulk.order_line as t order by 1`;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster?.remove());

async function make(dbname: string, seed: number): Promise<string[]> {
  await cluster.psql('postgres', `create database ${dbname}`);
  await createBulkData(() => cluster.connect(dbname), { ...SIZE, seed });
  return (await cluster.psql(dbname, ROWS)).split('\n');
}

test('the same size and seed give the same rows, another seed gives others', async () => {
  const rows = await make('one', SIZE.seed);
  expect(await make('two', SIZE.seed)).toEqual(rows);
  const others = await make('three', SIZE.seed + 1);
  expect(others).toHaveLength(rows.length);
  expect(others.filter((row) => rows.includes(row)).length).toBeLessThan(rows.length / 100);
});

test('the tables have about the size that was asked for', async () => {
  await make('sized', SIZE.seed);
  const text = await cluster.psql(
    'sized',
    'copy bulk.customer to stdout; copy bulk.orders to stdout; copy bulk.order_line to stdout',
  );
  const sizeBytes = Buffer.byteLength(text);
  expect(sizeBytes).toBeGreaterThan(SIZE.sizeBytes * 0.9);
  expect(sizeBytes).toBeLessThan(SIZE.sizeBytes * 1.1);
});

test('a day changes one row in a hundred, evenly, and appends as many', async () => {
  const before = await make('days', SIZE.seed);
  const counts = await nextDay(await cluster.connect('days'));
  const after = (await cluster.psql('days', ROWS)).split('\n');
  const total = counts.customers + counts.orders + counts.lines;
  expect(counts.day).toBe(1);
  expect(after).toHaveLength(total);
  expect(total - before.length).toBeCloseTo(before.length / 100, -2);
  const kept = new Set(after);
  const changed = before.flatMap((row, index) => (kept.has(row) ? [] : [index]));
  expect(Math.abs(changed.length - before.length / 101)).toBeLessThan(before.length / 500);
  const firstHalf = changed.filter((index) => index < before.length / 2).length;
  expect(Math.abs(firstHalf - changed.length / 2)).toBeLessThan(changed.length / 5);
});

test('writing all rows anew changes no content', async () => {
  await make('rewritten', SIZE.seed);
  const address = cluster.settings('rewritten');
  const before = (await takePicture(address)).things.table;
  await nextDay(await cluster.connect('rewritten'), 'rewrite');
  const after = (await takePicture(address)).things.table;
  expect(after?.['bulk.order_line']).toEqual(before?.['bulk.order_line']);
  expect(after?.['bulk.customer']).toEqual(before?.['bulk.customer']);
});
