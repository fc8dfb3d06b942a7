import { expect, test } from 'vitest';
import {
  listFile,
  reachingOut,
  type SelectionOptions,
  selectEntries,
} from '../../../../src/core/restore/archive-selection.ts';
import { entry } from './parts.ts';

const options = (change: Partial<SelectionOptions> = {}): SelectionOptions => ({
  sameInstance: true,
  keep: [],
  withoutRoles: false,
  roleExists: (name) => name === 'there',
  targetName: (name) => name,
  ...change,
});

const database = entry('DATABASE', 'shop');
const databaseParts = [
  database,
  entry('COMMENT', 'DATABASE shop', { section: 'none', dependencies: [database.dumpId] }),
  entry('ACL', 'DATABASE shop', { section: 'none', dependencies: [database.dumpId] }),
  entry('SECURITY LABEL', 'DATABASE shop', { section: 'none' }),
  entry('DATABASE PROPERTIES', 'shop'),
];

test('the entries of the source database itself are not restored, those that only look like it are', () => {
  const table = entry('TABLE', 'DATABASE x', { namespace: 'public' });
  const comment = entry('COMMENT', 'DATABASE x', {
    namespace: 'public',
    section: 'none',
    dependencies: [table.dumpId],
  });
  const special = ['ENCODING', 'STDSTRINGS', 'SEARCHPATH'].map((desc) => entry(desc, desc));
  const { dumpIds, warnings } = selectEntries([...special, ...databaseParts, table, comment], options());
  expect(dumpIds).toEqual([table.dumpId, comment.dumpId]);
  expect(warnings).toEqual([]);
});

const subscription = entry('SUBSCRIPTION', 'from "prod"', { section: 'post-data' });
const publication = entry('PUBLICATION', 'pub', { section: 'post-data' });
const replication = [
  subscription,
  entry('COMMENT', 'SUBSCRIPTION from prod', { section: 'none', dependencies: [subscription.dumpId] }),
  publication,
  entry('PUBLICATION TABLE', 'pub t', { namespace: 's', section: 'post-data', dependencies: [publication.dumpId] }),
  entry('PUBLICATION TABLES IN SCHEMA', 'pub s', { section: 'post-data', dependencies: [publication.dumpId] }),
];

test('a copy to elsewhere takes no part in replication', () => {
  const table = entry('TABLE', 'PUBLICATION', { namespace: 's' });
  const { dumpIds, warnings } = selectEntries([table, ...replication], options({ sameInstance: false }));
  expect(dumpIds).toEqual([table.dumpId]);
  expect(warnings).toEqual([
    'subscriptions are left out, as the target is another instance: "from "prod""',
    'publications are left out, as the target is another instance: "pub"',
  ]);
});

test('on the same instance subscriptions and publications come along, and subscriptions are told of', () => {
  const { dumpIds, entries } = selectEntries(replication, options());
  expect(dumpIds).toHaveLength(replication.length);
  expect(reachingOut(entries, true)).toEqual(['subscriptions are restored, but not enabled: "from "prod""']);
});

test('rows of foreign tables are never loaded, as that writes to the foreign server', () => {
  const foreign = entry('FOREIGN TABLE', 'f', { namespace: 's' });
  const data = entry('TABLE DATA', 'f', { namespace: 's', section: 'data', dependencies: [foreign.dumpId] });
  const { dumpIds, warnings } = selectEntries([foreign, data], options());
  expect(dumpIds).toEqual([foreign.dumpId]);
  expect(warnings).toEqual([
    'rows of foreign tables are left out, as they would be written to the foreign server: "s"."f"',
  ]);
});

test('without roles, policies and user mappings of roles that are not there are left out', () => {
  const policies = [
    entry('POLICY', 't a', { namespace: 's', defn: 'CREATE POLICY a ON s.t TO gone;' }),
    entry('POLICY', 't b', { namespace: 's', defn: 'CREATE POLICY b ON s.t TO there;' }),
    entry('POLICY', 't c', { namespace: 's', defn: 'CREATE POLICY c ON s.t USING (true);' }),
    entry('USER MAPPING', 'USER MAPPING gone SERVER x', { defn: 'CREATE USER MAPPING FOR gone SERVER x;' }),
  ];
  const { dumpIds, warnings } = selectEntries(policies, options({ withoutRoles: true }));
  expect(dumpIds).toEqual([policies[1]?.dumpId, policies[2]?.dumpId]);
  expect(warnings).toEqual([
    'policies are left out, as they are for roles that do not exist on the target: "s"."t a"',
    'user mappings are left out, as their roles do not exist on the target: "USER MAPPING gone SERVER x"',
  ]);
  expect(selectEntries(policies, options()).dumpIds).toHaveLength(4);
});

test('what can act on others is told of when it is copied elsewhere', () => {
  const entries = [
    entry('EVENT TRIGGER', 'guard'),
    entry('SERVER', 'far'),
    entry('USER MAPPING', 'USER MAPPING a SERVER far'),
  ];
  expect(reachingOut(entries, true)).toEqual([]);
  expect(reachingOut(entries, false)).toEqual([
    'event triggers are restored and act on the target from now on: "guard"',
    'foreign servers are restored and point where those of the source point: "far"',
    'user mappings are restored with the credentials of the source: "USER MAPPING a SERVER far"',
  ]);
});

test('the list holds numbers only: names with newlines cannot break it', () => {
  expect(listFile([3, 1, 2])).toBe('3;\n1;\n2;\n');
});
