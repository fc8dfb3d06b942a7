import { expect, test } from 'vitest';
import { entriesBySection, RestoreProgress, restorePasses } from '../../../../src/core/restore/restore-progress.ts';
import { entry } from './parts.ts';

const a = entry('TABLE DATA', 'a', { section: 'data', fileName: 'a.dat' });
const b = entry('TABLE DATA', 'b', { section: 'data', fileName: 'b.dat' });
const set = entry('SEQUENCE SET', 'q', { section: 'data' });
const sizes = [
  { path: 'a.dat', size: 100 },
  { path: 'b.dat', size: 50 },
].map(({ path, size }) => ({ path, role: 'table_data' as const, sha256: '0'.repeat(64), size_bytes: size, rows: 1 }));

test('what belongs to no section goes with what it stands behind', () => {
  const [table, acl, index, comment] = [
    entry('TABLE', 't'),
    entry('ACL', 'TABLE t', { section: 'none' }),
    entry('INDEX', 'i', { section: 'post-data' }),
    entry('COMMENT', 'INDEX i', { section: 'none' }),
  ];
  const sections = entriesBySection([table, acl, a, index, comment]);
  expect(sections).toEqual({ 'pre-data': [table, acl], data: [a], 'post-data': [index, comment] });
});

test('event triggers and what is said about them come in a pass of their own, at the end', () => {
  const trigger = entry('EVENT TRIGGER', 'e', { section: 'post-data' });
  const comment = entry('COMMENT', 'EVENT TRIGGER e', { section: 'none', dependencies: [trigger.dumpId] });
  const view = entry('MATERIALIZED VIEW DATA', 'm', { section: 'post-data' });
  expect(restorePasses([a, trigger, comment, view])).toEqual([
    { section: 'data', entries: [a] },
    { section: 'post-data', entries: [view] },
    { section: 'post-data', entries: [trigger, comment] },
  ]);
});

test('with several jobs items end when pg_restore says so', () => {
  const progress = new RestoreProgress('data', [a, b, set], sizes, true);
  expect(progress.line(`pg_restore: launching item ${a.dumpId} TABLE DATA a`)).toBe(true);
  expect(progress.line('pg_restore: processing data for table "public.a"')).toBe(true);
  expect(progress.line('line"')).toBe(false);
  progress.copied(40);
  expect(progress.progress).toMatchObject({ done_items: 0, total_items: 3, done_bytes: 40, total_bytes: 150 });
  progress.line(`pg_restore: finished item ${a.dumpId} TABLE DATA a`);
  expect(progress.progress).toMatchObject({ done_items: 1, done_bytes: 100, item: 'TABLE DATA a' });
  progress.line(`pg_restore: finished item ${b.dumpId} TABLE DATA b`);
  expect(progress.progress).toMatchObject({ stage: 'restoring data', done_items: 2, done_bytes: 150 });
});

test('with one job an item ends when the next begins', () => {
  const progress = new RestoreProgress('data', [a, b, set], sizes, false);
  progress.line('pg_restore: processing data for table "public.a"');
  expect(progress.progress).toMatchObject({ item: 'table "public.a"', done_bytes: 0 });
  progress.line('pg_restore: processing data for table "public.b"');
  progress.copied(10);
  expect(progress.progress).toMatchObject({ item: 'table "public.b"', done_items: 2, done_bytes: 110 });
});

test('progress never goes back and never beyond the whole', () => {
  const progress = new RestoreProgress('data', [a], sizes, true);
  progress.copied(90);
  progress.copied(20);
  expect(progress.progress.done_bytes).toBe(90);
  progress.copied(5000);
  expect(progress.progress.done_bytes).toBe(100);
});

test('only data have bytes', () => {
  const progress = new RestoreProgress('pre-data', [entry('TABLE', 't')], sizes, false);
  progress.line('pg_restore: creating TABLE "public.t"');
  expect(progress.progress).toEqual({
    stage: 'restoring pre-data',
    item: 'TABLE "public.t"',
    done_bytes: null,
    total_bytes: null,
    done_items: 1,
    total_items: 1,
  });
});
