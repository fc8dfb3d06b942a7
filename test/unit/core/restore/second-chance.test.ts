import { describe, expect, test } from 'vitest';
import { tableKey } from '../../../../src/core/restore/check-sql.ts';
import {
  lossesOfAgain,
  planAgain,
  secondChancePath,
  tellingTables,
} from '../../../../src/core/restore/second-chance.ts';
import { entry, facts } from './parts.ts';

describe('the search_path', () => {
  const withSettings = (settings: { name: string; value: string }[]) => {
    const { database } = facts();
    return { database: { ...database, settings } };
  };

  test('is that of the source database, or that of every server', () => {
    expect(secondChancePath(true, withSettings([{ name: 'search_path', value: '"A b", public' }]))).toBe(
      '"A b", public',
    );
    expect(secondChancePath(true, withSettings([{ name: 'work_mem', value: '1MB' }]))).toBe('"$user", public');
  });

  test('is never used for a dump from an instance that is not trusted', () => {
    expect(secondChancePath(false, withSettings([{ name: 'search_path', value: 'public' }]))).toBeNull();
  });
});

describe('what is run again', () => {
  const one = entry('TABLE DATA', 'one', { namespace: 'public' });
  const two = entry('TABLE DATA', 'two', { namespace: 'public' });
  const index = entry('INDEX', 'i', { namespace: 'public' });
  const large = entry('BLOBS', 'BLOBS');
  const key = (name: string) => tableKey({ schema: 'public', name });
  const loss = (dumpId: number | null) => ({ dumpId, sentence: `loss of ${dumpId}` });

  test('is what errors name, in the order of the archive, but no large objects', () => {
    const { entries, lost } = planAgain(
      [index, large, one].map(({ dumpId }) => loss(dumpId)).concat(loss(null)),
      [one, two, large, index],
      new Map(),
    );
    expect(entries).toEqual([one, index]);
    expect(lost).toEqual([loss(large.dumpId), loss(null)]);
  });

  test('is told by the tables themselves where they can: an empty one failed, whatever was said', () => {
    expect(planAgain([], [one, two], new Map([[key('two'), false]]))).toEqual({ entries: [two], lost: [] });
  });

  test('are never rows that are there: what failed about their table is lost', () => {
    expect(planAgain([loss(one.dumpId)], [one, two], new Map([[key('one'), true]]))).toEqual({
      entries: [],
      lost: [loss(one.dumpId)],
    });
  });

  test('and fails again is lost by its first error, or by the second where that is not known', () => {
    const failures = new Map([
      [one, 'again'],
      [two, 'function f() does not exist'],
      [index, 'function g() does not exist'],
    ]);
    expect(lossesOfAgain([loss(one.dumpId), { ...loss(index.dumpId), unexplained: true }], failures)).toEqual([
      loss(one.dumpId),
      { dumpId: two.dumpId, sentence: 'table data "public"."two": function f() does not exist' },
      { dumpId: index.dumpId, sentence: 'index "public"."i": function g() does not exist' },
    ]);
  });

  test('tables tell when they have rows of the dump only, from one entry', () => {
    const copy = (name: string) => ({ namespace: 'public', copyStmt: `COPY public.${name} (a) FROM stdin;\n` });
    const root = [entry('TABLE DATA', 'p1', copy('root')), entry('TABLE DATA', 'p2', copy('root'))];
    const table = (name: string, rows: number, exact = true) => ({ schema: 'public', name, rows, exact });
    const tables = [table('one', 1), table('two', 0), table('root', 5), table('config', 3, false)];
    const config = entry('TABLE DATA', 'config', { namespace: 'public' });
    expect(tellingTables([one, two, ...root, config], { tables })).toEqual([table('one', 1)]);
  });
});
