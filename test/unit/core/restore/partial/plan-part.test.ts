import { describe, expect, test } from 'vitest';
import type { ExistingObjects, ForeignKey } from '../../../../../src/core/restore/partial/existing-objects.ts';
import { concernedBy, goesInto, type PartJob, planPart } from '../../../../../src/core/restore/partial/plan-part.ts';
import { entry } from '../parts.ts';

const schema = entry('SCHEMA', 's', {});
const a = entry('TABLE', 'a', { namespace: 's', dependencies: [schema.dumpId] });
const b = entry('TABLE', 'b', { namespace: 's', dependencies: [schema.dumpId] });
const rowsOf = (tag: string, dumpId: number) =>
  entry('TABLE DATA', tag, { namespace: 's', section: 'data', dependencies: [dumpId] });
const all = [schema, a, b, rowsOf('a', a.dumpId), rowsOf('b', b.dumpId)];

const job = (change: Partial<PartJob>): PartJob => ({
  dest_dbname: 'copy',
  restore_type: 'full',
  schemas: [],
  tables: [],
  existing_db: 'leave',
  existing_data: 'leave',
  schema_as: null,
  ...change,
});
const relation = (name: string, kind = 'r', inSchema = 's') => ({ schema: inSchema, name, kind });
const existing = (change: Partial<ExistingObjects> = {}): ExistingObjects => ({
  schemas: ['public', 's'],
  relations: [relation('a'), relation('b')],
  objects: [],
  foreign_keys: [],
  filled: [],
  dependents: [],
  always_triggers: [],
  ...change,
});
const key = (from: string, to: string): ForeignKey => ({
  name: `${from} to ${to}`,
  schema: 's',
  table: from,
  columns: ['x "y"'],
  ref_schema: 's',
  ref_table: to,
  ref_columns: ['id'],
});
const plan = (change: Partial<PartJob>, there: ExistingObjects | null = existing(), superuser = true) =>
  planPart(job(change), all, there, { suffix: '_pgsnapman_old_0123abcd', superuser, partialDump: false });
const sql = (...args: Parameters<typeof plan>) => plan(...args).statements.map((statement) => statement.sql);
const refusals = (...args: Parameters<typeof plan>) => plan(...args).refusals.map(({ sentence }) => sentence);

test('only parts and rows go into a database that exists', () => {
  expect([{}, { restore_type: 'schema' as const }].map((change) => goesInto(job(change)))).toEqual([false, false]);
  expect(
    [{ schemas: ['s'] }, { tables: ['s.a'] }, { restore_type: 'data' as const }].map((change) => goesInto(job(change))),
  ).toEqual([true, true, true]);
});

test('the target is asked about what would be replaced or filled', () => {
  const table = (name: string) => ({ schema: 's', name });
  expect(concernedBy(job({ schemas: ['s'], tables: ['s.a'] }), all)).toEqual({
    replacedSchemas: ['s'],
    replacedTables: [table('a')],
    filledTables: [],
  });
  expect(concernedBy(job({ restore_type: 'data' }), all).filledTables).toEqual([table('a'), table('b')]);
});

describe('what stands there', () => {
  test('is refused by name', () => {
    expect(refusals({ schemas: ['s'] })).toEqual(['database "copy" has this already: schema "s"']);
    expect(refusals({ tables: ['s.a'] })).toEqual(['database "copy" has this already: table "s"."a"']);
  });

  test('is renamed: a schema gets a suffix, a table goes into a schema that has it', () => {
    expect(sql({ schemas: ['s'], existing_db: 'rename' })).toEqual([
      'alter schema "s" rename to "s_pgsnapman_old_0123abcd"',
    ]);
    expect(sql({ tables: ['s.a'], existing_db: 'rename' })).toEqual([
      'create schema "s_pgsnapman_old_0123abcd"',
      'alter table "s"."a" set schema "s_pgsnapman_old_0123abcd"',
    ]);
  });

  test('is dropped, but not if something depends on it', () => {
    expect(sql({ schemas: ['s'], existing_db: 'drop' })).toEqual(['drop schema "s" cascade']);
    const relations = [relation('a', 'p'), relation('b', 'v')];
    expect(sql({ tables: ['s.a', 's.b'], existing_db: 'drop_before' }, existing({ relations }))).toEqual([
      'drop view "s"."b"',
      'drop table "s"."a"',
    ]);
    expect(refusals({ tables: ['s.a'], existing_db: 'drop' }, existing({ dependents: ['view v'] }))).toEqual([
      'table "s"."a" cannot be dropped, as other things depend on it: view v',
    ]);
  });

  test('is not in the way when it is an empty schema', () => {
    expect(plan({ schemas: ['s'] }, existing({ relations: [] }))).toMatchObject({ refusals: [], statements: [] });
  });
});

describe('rows', () => {
  const data = { restore_type: 'data' as const };

  test('need tables that are there and empty, or emptied together', () => {
    expect(refusals(data, null)[0]).toBe('there is no database "copy" whose tables could take the rows');
    expect(refusals(data, existing({ relations: [relation('a')] }))).toEqual([
      'tables of the dump are not in database "copy": "s"."b"',
    ]);
    expect(refusals(data, existing({ filled: [{ schema: 's', name: 'a' }] }))).toEqual([
      'these tables hold rows already: "s"."a"',
    ]);
    expect(sql({ ...data, existing_data: 'truncate' })).toEqual([
      'truncate table only "s"."a", only "s"."b"',
      'set local session_replication_role = replica',
    ]);
  });

  test('are not emptied where others refer to them', () => {
    const there = existing({ relations: [relation('a'), relation('b'), relation('c')], foreign_keys: [key('c', 'a')] });
    expect(refusals({ ...data, existing_data: 'truncate' }, there)).toEqual([
      'tables that are not restored refer to those that would be emptied: "s"."c"',
    ]);
  });

  test('of a superuser are checked where keys lead out of what is restored', () => {
    const there = existing({
      relations: [relation('a'), relation('b'), relation('c')],
      foreign_keys: [key('a', 'c'), key('b', 'a')],
    });
    const { checks } = plan(data, there);
    expect(checks).toHaveLength(1);
    expect(checks[0]?.sql).toContain('from "s"."a" as c where c."x ""y""" is not null');
    expect(checks[0]?.sql).toContain('from "s"."c" as p where p."id" = c."x ""y"""');
  });

  test('of anybody else come in the order of their keys; a circle is explained', () => {
    const tags = (keys: ForeignKey[]) =>
      plan(data, existing({ foreign_keys: keys }), false).entries.map(({ tag }) => tag);
    expect(tags([key('a', 'b'), key('a', 'a')])).toEqual(['b', 'a']);
    expect(tags([key('b', 'a')])).toEqual(['a', 'b']);
    expect(refusals(data, existing({ foreign_keys: [key('a', 'b'), key('b', 'a')] }), false)).toEqual([
      'tables refer to each other in a circle: "s"."a", "s"."b"',
    ]);
  });
});
