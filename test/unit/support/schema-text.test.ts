import { expect, test } from 'vitest';
import { schemaDifferences, schemaLines } from '../../support/comparison/schema-text.ts';

test('how a dump was made is no part of it', () => {
  const one =
    '\\restrict abcDEF123\n-- Dumped from database version 15.1\nCREATE TABLE a ();\n\\unrestrict abcDEF123\n';
  const other = '\\restrict xyz\n-- Dumped from database version 17.4\nCREATE TABLE a ();\n\\unrestrict xyz\n';
  expect(schemaDifferences(schemaLines(one), schemaLines(other))).toEqual([]);
});

test('the roles of a policy have no order, but belong to it', () => {
  const policy = (roles: string): string[] =>
    schemaLines(`CREATE POLICY "a TO b" ON s.t FOR SELECT TO ${roles} USING (true);`);
  expect(schemaDifferences(policy('b, "a, ""c"""'), policy('"a, ""c""", b'))).toEqual([]);
  expect(schemaDifferences(policy('b, c'), policy('b, d'))).toHaveLength(2);
});

test('lines that are missing, added, doubled or moved are differences', () => {
  expect(schemaDifferences(['a', 'b'], ['a', 'c'])).toEqual([
    'schema: only in the source: b',
    'schema: only in the target: c',
  ]);
  expect(schemaDifferences(['a', 'a'], ['a'])).toEqual(['schema: only in the source: a']);
  expect(schemaDifferences(['a'], ['a', 'a'])).toEqual(['schema: only in the target: a']);
  expect(schemaDifferences(['a', 'b'], ['b', 'a'])).toEqual(['schema: the order differs from line 1: a / b']);
});
