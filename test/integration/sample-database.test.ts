import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases, differences, takePicture } from '../support/compare-databases.ts';
import { loadNextDay, loadSample } from '../support/sample-database.ts';

let one: TestCluster;
let other: TestCluster;
beforeAll(async () => {
  [one, other] = await Promise.all([startTestCluster(), startTestCluster()]);
});
afterAll(async () => {
  await Promise.all([one?.remove(), other?.remove()]);
});

test('the sample is the same however often, wherever and under whatever name it is loaded', async () => {
  const strange = 'a=b "c"\n-d';
  await loadSample(one, 'shop');
  await loadSample(one, strange);
  await loadSample(other, strange);
  expect(await compareDatabases(one.settings('shop'), one.settings(strange))).toEqual([]);
  expect(await compareDatabases(one.settings('shop'), other.settings(strange))).toEqual([]);
  await loadNextDay(one, strange);
  await loadNextDay(other, strange);
  expect(await compareDatabases(one.settings(strange), other.settings(strange))).toEqual([]);
});

test('the next day adds rows and a partition, changes rows and removes some', async () => {
  await loadSample(one, 'tomorrow');
  const before = await takePicture(one.settings('tomorrow'));
  await loadNextDay(one, 'tomorrow');
  const after = await takePicture(one.settings('tomorrow'));
  const rows = (picture: typeof before, table: string): number => Number(picture.things.table?.[table]?.rows);
  expect(rows(after, 'shop."order"')).toBe(rows(before, 'shop."order"') + 60);
  expect(rows(after, 'shop.cart')).toBeLessThan(rows(before, 'shop.cart'));
  expect(rows(after, 'shop.page_view_2025_3')).toBe(400);
  const found = differences(before, after).join('\n');
  expect(found).toMatch(/^table shop\.product: content/m);
  expect(found).toMatch(/^large object 410001: content/m);
  expect(found).toMatch(/^table reporting\.daily_sales: /m);
});
