import { expect, test } from 'vitest';
import { expectedObjects } from '../../../../src/core/restore/expected-objects.ts';
import { missingObjects } from '../../../../src/core/restore/missing-objects.ts';
import { type FoundObject, type ObjectKind, objectsSql } from '../../../../src/core/restore/objects-sql.ts';
import { entry } from './parts.ts';

const make = (desc: string, tag: string, change: { namespace?: string; defn?: string } = {}) =>
  entry(desc, tag, { namespace: 's', defn: `create ${desc} ${tag};`, ...change });
const ALL = { utf8: true, options: [] };

const found = (kind: ObjectKind, tag: string, name = tag, schema = 's'): FoundObject => ({ kind, schema, tag, name });

const missing = (entries: ReturnType<typeof make>[], objects: FoundObject[]): string[] =>
  missingObjects(expectedObjects(entries, ALL), objects).map(({ desc, tag }) => `${desc} ${tag}`);

test('what is there by its kind, schema and name is not missing', () => {
  const entries = [make('TABLE', 'a'), make('INDEX', 'i.j\n"k"'), make('SCHEMA', 's', { namespace: '' })];
  const objects = [found('relation', 'a'), found('relation', 'i.j\n"k"'), found('schema', 's', 's', '')];
  expect(missing(entries, objects)).toEqual([]);
  expect(missing(entries, objects.slice(1))).toEqual(['TABLE a']);
  expect(missing(entries, [found('relation', 'a', 'a', 'other'), ...objects.slice(1)])).toEqual(['TABLE a']);
  expect(missing([make('TRIGGER', 'a b')], [found('rule', 'a b', 'b')])).toEqual(['TRIGGER a b']);
});

test('a tag that is two objects is expected twice', () => {
  const entries = [make('CONSTRAINT', 'a b c'), make('CHECK CONSTRAINT', 'a b c')];
  const [one, other] = [found('constraint', 'a b c', 'c'), found('constraint', 'a b c', 'b c')];
  expect(missing(entries, [one, other])).toEqual([]);
  expect(missing(entries, [one])).toHaveLength(1);
  expect(missing(entries, [])).toHaveLength(2);
});

test('a tag without the name of the table, as old versions write it, is looked for by the name', () => {
  const entries = [make('CONSTRAINT', 'a b'), make('CONSTRAINT', 'b')];
  expect(missing(entries, [found('constraint', 'a b', 'b'), found('constraint', 't a b', 'a b')])).toEqual([]);
  expect(missing([make('TRIGGER', 'gone')], [found('trigger', 't other', 'other')])).toEqual(['TRIGGER gone']);
});

test('overloaded functions are told apart by their arguments', () => {
  const entries = [make('FUNCTION', 'f()'), make('FUNCTION', 'f(integer)'), make('AGGREGATE', 'n(*)')];
  const [none, integer, all] = [
    found('routine', 'f()', 'f'),
    found('routine', 'f(integer)', 'f'),
    found('routine', 'n()', 'n'),
  ];
  expect(missing(entries, [none, integer, all])).toEqual([]);
  expect(missing(entries, [none, all])).toEqual(['FUNCTION f(integer)']);
  expect(missing(entries, [none, integer])).toEqual(['AGGREGATE n(*)']);
});

test('arguments that are written otherwise are no reason to miss a function, as long as there are as many', () => {
  const entries = [make('FUNCTION', 'f(mood)'), make('PROCEDURE', 'f(pair)'), make('FUNCTION', 'f(integer)')];
  const [mood, pair, integer] = ['f(s.mood)', 'f(s.pair)', 'f(integer)'].map((tag) => found('routine', tag, 'f'));
  if (mood === undefined || pair === undefined || integer === undefined) throw new Error('three of them');
  expect(missing(entries, [mood, pair, integer])).toEqual([]);
  expect(missing(entries, [mood, integer])).toEqual(['PROCEDURE f(pair)']);
  expect(missing([make('FUNCTION', 'g (x(a)')], [found('routine', 'g (x(s.a)', 'g (x')])).toEqual([]);
  expect(missing([make('FUNCTION', 'g (x(a)')], [])).toEqual(['FUNCTION g (x(a)']);
});

test('what cannot be told for certain, or makes nothing, is not expected', () => {
  const entries = [
    make('TABLE DATA', 't'),
    make('COMMENT', 'TABLE t'),
    make('constructor', 't'),
    make('INDEX', 'of constraint', { defn: '' }),
    make('FUNCTION', 'f()', { namespace: 'pg_catalog' }),
    make('DEFAULT', 't c', { defn: 'ALTER TABLE ONLY s.t ALTER COLUMN c SET DEFAULT NULL::character varying;' }),
  ];
  expect(expectedObjects(entries, ALL)).toEqual([]);
  const names = [make('TABLE', 'ü'), make('TABLE', 'u')];
  expect(expectedObjects(names, { utf8: false, options: [] }).map(({ tag }) => tag)).toEqual(['u']);
});

test('what the options of a job leave out is not expected', () => {
  const entries = ['POLICY', 'ROW SECURITY', 'PUBLICATION', 'SUBSCRIPTION', 'TABLE'].map((desc) => make(desc, 'x'));
  const left = (options: string[]) => expectedObjects(entries, { utf8: true, options }).map(({ desc }) => desc);
  expect(left(['--no-policies', '--no-comments'])).toEqual(['PUBLICATION', 'SUBSCRIPTION', 'TABLE']);
  expect(left(['--no-publications', '--no-subscriptions'])).toEqual(['POLICY', 'ROW SECURITY', 'TABLE']);
});

test('a server is not asked for what its version does not know', () => {
  expect(objectsSql(['policy'], 90_400)).toBeNull();
  expect(objectsSql(['policy', 'relation', 'relation'], 90_400)).not.toMatch(/pg_policy|union/);
  expect(objectsSql(['policy', 'relation'], 150_000)).toMatch(/pg_policy.*union all.*pg_class/s);
});
