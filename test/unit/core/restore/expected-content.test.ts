import { expect, test } from 'vitest';
import type { StoredFile } from '../../../../src/core/manifest/manifest.ts';
import { compareContent, type FoundContent } from '../../../../src/core/restore/check-findings.ts';
import { countGroups, countSql, sequenceSql, tableKey } from '../../../../src/core/restore/check-sql.ts';
import { copyTarget, expectedContent } from '../../../../src/core/restore/expected-content.ts';
import { entry } from './parts.ts';

const file = (path: string, change: Partial<StoredFile> = {}): StoredFile => ({
  path,
  role: 'table_data',
  sha256: '0'.repeat(64),
  size_bytes: 10,
  rows: 3,
  ...change,
});

const OID = 16_400;
const created = entry('TABLE', 'any', { oid: OID });
const data = (namespace: string, tag: string, fileName: string, copyStmt = '') =>
  entry('TABLE DATA', tag, { namespace, section: 'data', fileName, copyStmt, hadDumper: true, oid: OID });

test('the rows of each table are those of its file', () => {
  const entries = [
    created,
    data('s', 'a "b"', '1.dat', 'COPY s."a ""b""" (x, "y)") FROM stdin;\n'),
    data('s', 'c', '2.dat'),
  ];
  const expected = expectedContent(entries, [file('1.dat'), file('2.dat', { rows: 0 })]);
  expect(expected.tables).toEqual([
    { schema: 's', name: 'a "b"', rows: 3, exact: true },
    { schema: 's', name: 'c', rows: 0, exact: true },
  ]);
  expect(expected.rows).toBe(3);
});

test('files of partitions that are loaded through their root count together for the root', () => {
  const copy = 'COPY "Old Shop".root (a) FROM stdin;\n';
  const entries = [created, data('x', 'p1', '1.dat', copy), data('y', 'p2', '2.dat', copy)];
  expect(expectedContent(entries, [file('1.dat'), file('2.dat')]).tables).toEqual([
    { schema: 'Old Shop', name: 'root', rows: 6, exact: true },
  ]);
});

test('a table of an extension holds its own rows too, so the dump only says how many there are at least', () => {
  const { tables, ...rest } = expectedContent([data('s', 'spatial', '1.dat')], [file('1.dat')]);
  expect(tables).toEqual([{ schema: 's', name: 'spatial', rows: 3, exact: false }]);
  const rowsAre = (rows: number) => found({ rows: new Map([[tableKey({ schema: 's', name: 'spatial' }), rows]]) });
  expect(compareContent({ tables, ...rest }, rowsAre(8000))).toEqual([]);
  expect(compareContent({ tables, ...rest }, rowsAre(2))).toEqual([
    'table "s"."spatial" has 2 rows instead of at least 3',
  ]);
});

test('a file that is missing, or was not counted, is an error', () => {
  expect(() => expectedContent([data('s', 't', '1.dat')], [])).toThrow('does not hold the rows of table "s"."t"');
  expect(() => expectedContent([data('s', 't', '1.dat')], [file('1.dat', { rows: null })])).toThrow('does not hold');
});

test.each([
  ['COPY public.t (a) FROM stdin;', 'public', 't'],
  ['COPY "a.b"."c""d" FROM stdin;', 'a.b', 'c"d'],
  ['COPY "new\nline"."COPY" (x) FROM stdin;', 'new\nline', 'COPY'],
  ['', 'fallback', 'table'],
])('the target of %s', (copyStmt, schema, name) => {
  expect(copyTarget({ copyStmt, namespace: 'fallback', tag: 'table' })).toEqual({ schema, name });
});

test('sequences, large objects, filled views and constraints that were not valid are known', () => {
  const entries = [
    entry('SEQUENCE SET', 'S q', {
      namespace: 's',
      defn: `SELECT pg_catalog.setval('s."S q"', -9223372036854775808, false);\n`,
    }),
    entry('MATERIALIZED VIEW DATA', 'mv', { namespace: 's' }),
    entry('BLOBS', 'BLOBS'),
    entry('CHECK CONSTRAINT', 't c', {
      namespace: 's',
      defn: 'ALTER TABLE s.t ADD CONSTRAINT c CHECK (a) NOT VALID;\n',
    }),
    entry('CONSTRAINT', 't d', {
      namespace: 's',
      defn: `ALTER TABLE s.t ADD CONSTRAINT d CHECK (a = 'NOT VALID;');\n`,
    }),
  ];
  const files = [
    file('blob_1.dat', { role: 'large_object', rows: null }),
    file('blobs.toc', { role: 'large_object_toc' }),
  ];
  expect(expectedContent(entries, files)).toEqual({
    tables: [],
    sequences: [{ schema: 's', name: 'S q', lastValue: '-9223372036854775808', isCalled: false }],
    largeObjects: 1,
    filledViews: [{ schema: 's', name: 'mv' }],
    notValidTags: ['t c'],
    rows: 0,
  });
});

const table = (name: string, rows: number, exact = true) => ({ schema: 's', name, rows, exact });

test('large tables are counted alone and first, small ones together', () => {
  const groups = countGroups([table('a', 1), table('huge', 5_000_000), table('b', 2), table('big', 99_999)]);
  expect(groups.map((group) => group.map(({ name }) => name))).toEqual([['huge'], ['big'], ['b', 'a']]);
  expect(countGroups([])).toEqual([]);
  expect(countGroups(Array.from({ length: 120 }, (_, i) => table(`t${i}`, 0))).map((group) => group.length)).toEqual([
    50, 50, 20,
  ]);
});

test('a table is counted without its children, a partitioned one with its partitions', () => {
  expect(countSql([table('a"b', 1), table('root', 2)], new Set([tableKey({ schema: 's', name: 'root' })]))).toBe(
    'select 0 as place, count(*) as rows from only "s"."a""b" union all select 1 as place, count(*) as rows from "s"."root"',
  );
});

test('sequences are read by their quoted names', () => {
  expect(sequenceSql([{ schema: 'S', name: 'a"b', lastValue: '1', isCalled: true }])).toBe(
    'select 0 as place, last_value::text as last_value, is_called from "S"."a""b"',
  );
});

const found = (change: Partial<FoundContent> = {}): FoundContent => ({
  rows: new Map(),
  sequences: new Map(),
  largeObjects: 0,
  invalidIndexes: [],
  unvalidatedConstraints: [],
  emptyViews: [],
  partitionOf: new Map(),
  ...change,
});

test('a database that is as the dump says has no findings', () => {
  const expected = {
    tables: [table('t', 3)],
    sequences: [{ schema: 's', name: 'q', lastValue: '5', isCalled: true }],
    largeObjects: 2,
    filledViews: [{ schema: 's', name: 'mv' }],
    notValidTags: ['t c d'],
    rows: 3,
  };
  const same = found({
    rows: new Map([[tableKey({ schema: 's', name: 't' }), 3]]),
    sequences: new Map([[tableKey({ schema: 's', name: 'q' }), { lastValue: '5', isCalled: true }]]),
    largeObjects: 2,
    unvalidatedConstraints: [{ schema: 's', name: 'c d' }],
    emptyViews: [{ schema: 's', name: 'never filled' }],
  });
  expect(compareContent(expected, same)).toEqual([]);
  const other = found({
    sequences: new Map([[tableKey({ schema: 's', name: 'q' }), { lastValue: '5', isCalled: false }]]),
    largeObjects: 1,
    invalidIndexes: [{ schema: 's', name: 'i' }],
    unvalidatedConstraints: [
      { schema: 's', name: 'd' },
      { schema: 's', name: 'x' },
    ],
    emptyViews: [{ schema: 's', name: 'mv' }],
  });
  expect(compareContent(expected, other)).toEqual([
    'table "s"."t" has 0 rows instead of 3',
    'sequence "s"."q" stands before 5 instead of at 5',
    'there are 1 large objects instead of 2',
    'index "s"."i" is not valid',
    'constraint "s"."x" is not validated, though it was on the source',
    'materialized view "s"."mv" is empty, though it was filled on the source',
  ]);
});
