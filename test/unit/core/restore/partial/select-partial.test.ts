import { describe, expect, test } from 'vitest';
import type { TocEntry } from '../../../../../src/core/postgres/toc.ts';
import type { ThereAlready } from '../../../../../src/core/restore/partial/needs.ts';
import { ofType } from '../../../../../src/core/restore/partial/of-type.ts';
import { selectPartial } from '../../../../../src/core/restore/partial/select-partial.ts';
import type { Wanted } from '../../../../../src/core/restore/partial/wanted.ts';
import { entry } from '../parts.ts';

const of = (desc: string, tag: string, namespace: string, needs: TocEntry[] = [], change: Partial<TocEntry> = {}) =>
  entry(desc, tag, { namespace, dependencies: needs.map(({ dumpId }) => dumpId), ...change });
const post = { section: 'post-data' as const };

const schema = of('SCHEMA', 'shop', '');
const schemaAcl = of('ACL', 'SCHEMA shop', '', [schema]);
const base = of('SCHEMA', 'base', '');
const extension = of('EXTENSION', 'citext', '', [base]);
const state = of('TYPE', 'state', 'base', [base]);
const country = of('TABLE', 'country', 'base', [base]);
const customer = of('TABLE', 'customer', 'shop', [state, extension, schema]);
const serial = of('SEQUENCE', 'customer_id_seq', 'shop', [schema, customer], { defn: 'CREATE SEQUENCE …' });
const owned = of('SEQUENCE OWNED BY', 'customer_id_seq', 'shop', [serial]);
const fallback = of('DEFAULT', 'customer id', 'shop', [customer, serial]);
const order = of('TABLE', 'order', 'shop', [schema]);
const order2 = of('TABLE', 'order line', 'shop', [schema]);
const comment = of('COMMENT', 'TABLE customer', 'shop', [customer]);
const view = of('VIEW', 'v', 'shop', [order, schema]);
const parts = of('TABLE', 'parts', 'shop', [schema]);
const part = of('TABLE', 'part 1', 'other', []);
const attach = of('TABLE ATTACH', 'part 1', 'other', [part, parts]);
const data = of('TABLE DATA', 'customer', 'shop', [customer], { section: 'data' });
const set = of('SEQUENCE SET', 'customer_id_seq', 'shop', [serial], { section: 'data' });
const key = of('CONSTRAINT', 'customer customer_pkey', 'shop', [customer], post);
const orderKey = of('FK CONSTRAINT', 'order order_customer_fkey', 'shop', [order, key, customer], post);
const countryKey = of('FK CONSTRAINT', 'customer customer_country_fkey', 'shop', [customer, country], post);
const publication = of('PUBLICATION TABLE', 'p customer', 'shop', [customer], post);
const eventTrigger = of('EVENT TRIGGER', 'e', '', [], post);
const all = [
  ...[schema, schemaAcl, base, extension, state, country, customer, serial, owned, fallback, order, order2, comment],
  ...[view, parts, part, attach, data, set, key, orderKey, countryKey, publication, eventTrigger],
];

const nothing: ThereAlready = { schema: (name) => name === 'public', object: () => false };
const everything: ThereAlready = { schema: () => true, object: () => true };
const select = (wanted: Partial<Wanted>, there = nothing) =>
  selectPartial(all, { schemas: [], tables: [], ...wanted }, there, false);
const table = (name: string, schemaName = 'shop') => ({ schema: schemaName, name });

describe('one table', () => {
  test('comes with what belongs to it and what it needs, but not with what refers to it', () => {
    const { entries, brought, leftOut } = select({ tables: [table('customer')] });
    expect(entries).toEqual([
      schema,
      schemaAcl,
      base,
      extension,
      state,
      customer,
      serial,
      owned,
      fallback,
      comment,
      data,
      set,
      key,
    ]);
    expect(brought).toEqual(['type "base"."state"', 'extension "citext"']);
    expect(leftOut).toEqual(['fk constraint "shop"."customer customer_country_fkey" needs table "base"."country"']);
  });

  test('brings nothing that the target has, and keeps the key to a table that is there', () => {
    const { entries, brought, leftOut } = select({ tables: [table('customer')] }, everything);
    expect(entries).toEqual([customer, serial, owned, fallback, comment, data, set, key, countryKey]);
    expect([brought, leftOut]).toEqual([[], []]);
  });

  test('is not mistaken for one whose name begins like it', () => {
    expect(select({ tables: [table('order')] }, everything).entries).toEqual([order, orderKey]);
    expect(select({ tables: [table('order line')] }, everything).entries).toEqual([order2]);
  });

  test('that is partitioned brings its partitions, wherever they are', () => {
    expect(select({ tables: [table('parts')] }, everything).entries).toEqual([parts, part, attach]);
    expect(select({ tables: [table('parts')] }).missingSchemas).toEqual(['other']);
  });

  test('that cannot be without another one is impossible', () => {
    const { entries, impossible } = select({ tables: [table('v')] });
    expect(entries).toEqual([]);
    expect(impossible).toEqual(['view "shop"."v" needs table "shop"."order"']);
  });
});

test('a schema comes with all that is in it, without what belongs to the whole database', () => {
  const { entries } = select({ schemas: ['shop'] });
  expect(entries).not.toContain(publication);
  expect(entries).not.toContain(eventTrigger);
  expect(entries).not.toContain(country);
  for (const wanted of [schema, schemaAcl, customer, view, orderKey, part, attach, state])
    expect(entries).toContain(wanted);
});

test('what the dump does not hold is named exactly', () => {
  expect(select({ schemas: ['Shop', 'shop'], tables: [table('Customer'), table('country', 'base')] }).notFound).toEqual(
    ['schema "Shop"', 'table "shop"."Customer"'],
  );
});

test('nothing named is everything', () => {
  expect(select({}).entries).toEqual(all);
});

test('a dump of some tables only leaves out what names tables that nobody has', () => {
  const lone = of('TABLE ATTACH', 'part 1', 'other', [part], {
    defn: 'ALTER TABLE ONLY shop.parts ATTACH PARTITION other."part 1" FOR VALUES IN (1);\n',
  });
  const fk = of('FK CONSTRAINT', 'part 1 fk', 'other', [part], {
    defn: 'ALTER TABLE ONLY other."part 1"\n    ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES base.country(code);\n',
  });
  const wanted = { schemas: [], tables: [] };
  const alone = selectPartial([part, lone, fk], wanted, nothing, true);
  expect(alone).toMatchObject({
    entries: [part],
    missingSchemas: ['other'],
    leftOut: [
      'table attach "other"."part 1" needs "shop"."parts"',
      'fk constraint "other"."part 1 fk" needs "base"."country"',
    ],
  });
  expect(selectPartial([part, lone, fk], wanted, everything, true).entries).toEqual([part, lone, fk]);
});

test('definitions and rows can be taken apart', () => {
  const refresh = of('MATERIALIZED VIEW DATA', 'm', 'shop', [], post);
  const entries = [customer, data, set, key, refresh];
  expect(ofType(entries, 'full')).toEqual(entries);
  expect(ofType(entries, 'schema')).toEqual([customer, key]);
  expect(ofType(entries, 'data')).toEqual([data, set]);
});

describe('extensions that the archive names no need of', () => {
  const gist = of('EXTENSION', 'btree_gist', '', [base]);
  const tableKey = { ...key, defn: 'ALTER TABLE ONLY shop.customer ADD CONSTRAINT customer_pkey PRIMARY KEY (id);' };
  const exclusion = of('CONSTRAINT', 'order once', 'shop', [order], {
    ...post,
    defn: 'ALTER TABLE ONLY shop."order" ADD CONSTRAINT once EXCLUDE USING gist (id WITH =);',
  });
  const some = [schema, base, gist, order, customer, tableKey, exclusion];
  const brought = (wanted: Partial<Wanted>, there = nothing) =>
    selectPartial(some, { schemas: [], tables: [], ...wanted }, there, false).brought;

  test('come with a whole schema, and with a table whose indexes are of a kind that may need one', () => {
    expect(brought({ schemas: ['shop'] })).toEqual(['extension "btree_gist"']);
    expect(brought({ tables: [table('order')] })).toEqual(['extension "btree_gist"']);
    expect(brought({ tables: [table('customer')] })).toEqual([]);
  });

  test('do not where the target has them', () => {
    expect(brought({ schemas: ['shop'] }, everything)).toEqual([]);
  });
});
