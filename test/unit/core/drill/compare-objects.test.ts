import { expect, it } from 'vitest';
import { compareObjects } from '../../../../src/core/drill/compare-objects.ts';
import type { TocEntry } from '../../../../src/core/postgres/toc.ts';

const entry = (desc: string, tag: string, more: Partial<TocEntry> = {}): TocEntry => ({
  dumpId: 1,
  hadDumper: false,
  tableOid: 0,
  oid: 0,
  tag,
  desc,
  section: 'pre-data',
  defn: `CREATE ${desc} ${tag}`,
  dropStmt: '',
  copyStmt: '',
  namespace: 'public',
  tablespace: '',
  tableAccessMethod: '',
  owner: 'me',
  dependencies: [],
  fileName: null,
  ...more,
});
const all = { definitions: true, owners: true };

it('names what is missing, too much, of another owner, and defined otherwise', () => {
  const expected = [entry('TABLE', 'a'), entry('TABLE', 'b'), entry('INDEX', 'i'), entry('VIEW', 'v')];
  const found = [
    entry('TABLE', 'a', { owner: 'you' }),
    entry('TABLE', 'b', { defn: 'other' }),
    entry('VIEW', 'v'),
    entry('VIEW', 'w'),
  ];
  expect(compareObjects(expected, found, all)).toEqual({
    differences: [
      'table "public"."a" belongs to "you" instead of "me"',
      'table "public"."b" is defined otherwise',
      'index "public"."i" is missing',
      'view "public"."w" was not in the dump',
    ],
    objects: 4,
  });
  expect(
    compareObjects(expected.slice(0, 2), found.slice(0, 2), { definitions: false, owners: false }).differences,
  ).toEqual([]);
});

it('leaves out data and what belongs to the database itself, and tells objects of one name apart', () => {
  const data = [
    entry('TABLE DATA', 'a'),
    entry('SEQUENCE SET', 's'),
    entry('DATABASE', 'd'),
    entry('ACL', 'DATABASE d'),
  ];
  expect(compareObjects(data, [], all)).toEqual({ differences: [], objects: 0 });
  const functions = [entry('FUNCTION', 'f()', { defn: 'one' }), entry('FUNCTION', 'f()', { defn: 'two' })];
  expect(compareObjects(functions, functions.toReversed(), all).differences).toEqual([]);
});
