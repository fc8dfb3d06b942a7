import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultPoint } from '../../src/core/faults.ts';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { connectionSources } from '../../src/sql/connection-sources.ts';
import { healRestore } from '../../src/worker/restore/heal-restore.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { takePicture } from '../support/compare-databases.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

const CONTENT = `
  create role p_owner; create role p_reader;
  create extension citext;
  create schema base; create schema "Shop ""x""" authorization p_owner; create schema other;
  comment on schema "Shop ""x""" is 'the shop'; grant usage on schema "Shop ""x""" to p_reader;
  create type base.state as enum ('new', 'done');
  create function base.one() returns integer language sql immutable as 'select 1';
  create table base.country (code text primary key); insert into base.country values ('de'), ('fr');
  set search_path = "Shop ""x""", public;
  create table customer (id serial primary key, name citext, state base.state default 'new', n integer default base.one(),
    country text references base.country);
  create table "Order" (id integer generated always as identity primary key, customer integer references customer, note text);
  insert into customer (name, country) select 'c' || i, case when i % 2 = 0 then 'de' else 'fr' end from generate_series(1, 20) as i;
  insert into "Order" (customer, note) select i, 'n' || i from generate_series(1, 20) as i;
  create view big as select * from "Order" where id > 3;
  create materialized view per_country as select country, count(*) from customer group by 1;
  create index note_idx on "Order" (note); comment on table "Order" is 'orders'; grant select on "Order" to p_reader;
  create table log (n integer); insert into log select 1 from generate_series(1, 20);
  create function track() returns trigger language plpgsql as $$ begin insert into "Shop ""x""".log values (1); return new; end $$;
  create trigger track after insert on "Order" for each row execute function track();
  alter table "Order" owner to p_owner;
  create table part (id integer, region text) partition by list (region);
  create table part_a partition of part for values in ('a');
  create table part_b partition of part for values in ('b') partition by hash (id);
  create table part_b0 partition of part_b for values with (modulus 1, remainder 0);
  insert into part select i, case when i % 2 = 0 then 'a' else 'b' end from generate_series(1, 30) as i;
  create table hen (id integer primary key, egg integer); create table egg (id integer primary key, hen integer references hen);
  alter table hen add foreign key (egg) references egg deferrable;
  begin; set constraints all deferred; insert into hen values (1, 1); insert into egg values (1, 1); commit;
  create table other.stranger (x integer); insert into other.stranger values (1);
  create view other.uses as select id from "Shop ""x""".customer;`;

const SHOP = 'Shop "x"';
let cluster: TestCluster;
let worker: TestWorker;
let instance: Instance;
let dump: DumpResult;
let counter = 0;
let name: string;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createTestWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', 'create database source');
  await cluster.psql('source', CONTENT);
  dump = await worker.dump(instance, 'source');
  expect(dump).toMatchObject({ outcome: 'ok', message: null });
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), worker?.remove()]);
});
beforeEach(() => {
  counter += 1;
  name = `target ${counter}`;
});

const restore = (change: Partial<RestoreJob>, uuid = dump.uuid) => worker.restore(uuid, instance, name, change);
const schemaLines = async (dbname: string, pattern: RegExp): Promise<string[]> =>
  (await takePicture(cluster.settings(dbname))).schema.filter((line) => pattern.test(line)).sort();
const ask = (sql: string): Promise<string> => cluster.psql(name, sql);
/** An empty database that exists. */
const makeTarget = (sql = ''): Promise<string> =>
  cluster.psql('postgres', `create database "${name}"`).then(() => (sql === '' ? '' : cluster.psql(name, sql)));

describe('one schema', () => {
  test('into a new database: with its roles, rights, comment, extension and what else it needs', async () => {
    const result = await restore({ schemas: [SHOP] });
    expect(result).toMatchObject({ message: null, table_count: 7 });
    expect(result.warnings).toEqual([
      'left out, as it needs what is not restored: fk constraint "Shop "x""."customer customer_country_fkey" needs table "base"."country"',
    ]);
    expect(worker.log.join('\n')).toContain('brought along as it is needed: ');
    const ofShop = async (dbname: string) =>
      (await schemaLines(dbname, /"Shop/)).filter((line) => !/CREATE VIEW other|FROM "Shop/.test(line));
    const lines = await ofShop('source');
    lines.splice(lines.indexOf('ALTER TABLE ONLY "Shop ""x""".customer'), 1); // of the foreign key
    expect(await ofShop(name)).toEqual(lines);
    expect(await ask(`select count(*) from "Shop ""x"""."Order"`)).toBe('20');
    expect(await ask(`select nspname from pg_namespace where nspname in ('other', 'base') order by 1`)).toBe('base');
  });

  test('into an empty database that exists', async () => {
    await makeTarget();
    const result = await restore({ schemas: [SHOP] });
    expect(result).toMatchObject({ message: null, table_count: 7 });
    expect(await ask(`select count(*) from "Shop ""x"""."Order"`)).toBe('20');
    expect(await ask(`select count(*) from "Shop ""x""".log`)).toBe('20');
    expect(await ask(`select count(*) from "Shop ""x""".per_country`)).toBe('2');
  });

  test('where it exists with other data: refused, renamed, dropped', async () => {
    await makeTarget(`create schema "Shop ""x"""; create table "Shop ""x""".customer (mine integer);
      insert into "Shop ""x""".customer values (4711); create schema v; create view v.on_it as select * from "Shop ""x""".customer`);
    const refused = await restore({ schemas: [SHOP] });
    expect(refused.outcome).toBe('failed');
    expect(refused.message).toMatch(/^database "target \d+" has this already: schema "Shop "x""; let the job/);
    const dependents = await restore({ schemas: [SHOP], existing_db: 'drop' });
    expect(dependents.message).toMatch(
      /^schema "Shop "x"" cannot be dropped, as other things depend on it: view v.on_it; /,
    );
    expect(await ask(`select mine from "Shop ""x""".customer`)).toBe('4711');
    const renamed = await restore({ schemas: [SHOP], existing_db: 'rename' });
    expect(renamed.message).toBeNull();
    expect(renamed.warnings).toContain('goes on with what is renamed (schema "Shop "x""): view v.on_it');
    expect(await ask('select mine from v.on_it')).toBe('4711');
    expect(await ask(`select count(*) from "Shop ""x""".customer`)).toBe('20');
    await ask('delete from "Shop ""x""".customer where id not in (select customer from "Shop ""x"""."Order") ');
    await ask('insert into "Shop ""x""".log values (99)');
    const dropped = await restore({ schemas: [SHOP], existing_db: 'drop' });
    expect(dropped.message).toBeNull();
    expect(await ask(`select count(*) from "Shop ""x""".log`)).toBe('20');
  });

  test('under another name: beside the one that is there, which stays as it is', async () => {
    await makeTarget(`create schema "Shop ""x"""; create table "Shop ""x""".customer as select 4711 as mine;
      create view on_it as select * from "Shop ""x""".customer`);
    const as = { schemas: [SHOP], schema_as: 'The "copy"' };
    const result = await restore(as);
    expect(result.message).toBeNull();
    expect(result.warnings.join()).toMatch(
      /functions may name schema "Shop "x"" in their text.*: "Shop "x"".track\(\)/,
    );
    expect(await ask('select mine from on_it')).toBe('4711');
    expect(await ask('select mine from "Shop ""x""".customer')).toBe('4711');
    expect(await ask(`select count(*), nextval('"The ""copy""".customer_id_seq') from "The ""copy""".customer`)).toBe(
      '20|21',
    );
    expect(await ask(`select string_agg(nspname, ' ' order by 1) from pg_namespace where nspname ~ 'aside'`)).toBe('');
    expect((await restore(as)).message).toMatch(/has this already: schema "The "copy""; /);
    expect((await restore({ ...as, existing_db: 'drop' })).message).toBeNull();
  });

  test('under another name into a new database', async () => {
    const result = await restore({ schemas: [SHOP], schema_as: 'renamed' });
    expect(result.message).toBeNull();
    expect(await ask('select count(*) from renamed."Order"')).toBe('20');
    expect(await ask(`select count(*) from pg_namespace where nspname ~ 'Shop'`)).toBe('0');
  });

  test('that is not in the dump is refused', async () => {
    const result = await restore({ schemas: ['shop "X"'] });
    expect(result.message).toMatch(/^the dump does not hold schema "shop "X""; /);
  });
});

describe('one table', () => {
  test('with all that belongs to it, into a database that has nothing', async () => {
    await makeTarget();
    const result = await restore({ tables: ['"Shop ""x""".customer'] });
    expect(result).toMatchObject({ message: null, table_count: 1, row_count: 20 });
    expect(
      await ask(`select count(*), max(n), nextval('"Shop ""x""".customer_id_seq') from "Shop ""x""".customer`),
    ).toBe('20|1|21');
    expect(
      await ask(
        `select pg_get_userbyid(nspowner) || nspacl::text || obj_description(oid) from pg_namespace where nspname ~ 'Shop'`,
      ),
    ).toBe('p_owner{p_owner=UC/p_owner,p_reader=U/p_owner}the shop');
  });

  test('whose foreign key refers to one that is left out comes without the key; with it if the other is there', async () => {
    await makeTarget();
    const result = await restore({ tables: ['"Shop ""x"""."Order"'] });
    expect(result).toMatchObject({ message: null, table_count: 1, row_count: 20 });
    expect(result.warnings.join()).toMatch(/fk constraint "Shop "x""."Order Order_customer_fkey" needs table/);
    expect(await ask(`select count(*) from pg_trigger where not tgisinternal`)).toBe('1');
    const customer = await restore({ tables: ['"Shop ""x""".customer'] });
    expect(customer.message).toBeNull();
    const again = await restore({ tables: ['"Shop ""x"""."Order"'], existing_db: 'drop' });
    expect(again.message).toBeNull();
    expect(await ask(`select count(*) from pg_constraint where contype = 'f'`)).toBe('1');
  });

  test('that is partitioned brings its partitions', async () => {
    await makeTarget();
    const result = await restore({ tables: ['"Shop ""x""".part'] });
    expect(result).toMatchObject({ outcome: 'ok', message: null, row_count: 30 });
    expect(await ask(`select count(*), count(distinct tableoid) from "Shop ""x""".part`)).toBe('30|2');
    const renamed = await restore({ tables: ['"Shop ""x""".part'], existing_db: 'rename' });
    expect(renamed.message).toBeNull();
    expect(await ask(`select count(*) from "Shop ""x""".part`)).toBe('30');
  });

  test('that cannot be without another one is refused', async () => {
    await makeTarget();
    const result = await restore({ tables: ['"Shop ""x""".big'] });
    expect(result.message).toMatch(/is needed: view "Shop "x""."big" needs table "Shop "x""."Order"; /);
  });

  test('that does not fit leaves everything as it was', async () => {
    await makeTarget('create schema "Shop ""x"""; create table "Shop ""x""".note_idx (a integer)');
    const before = await takePicture(cluster.settings(name));
    const result = await restore({ tables: ['"Shop ""x"""."Order"'] });
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/failed: relation "note_idx" already exists; .* rolled back/);
    expect(await takePicture(cluster.settings(name))).toEqual(before);
  });
});

describe('definitions and rows', () => {
  test('only definitions, of everything, into a new database', async () => {
    const result = await restore({ restore_type: 'schema' });
    expect(result).toMatchObject({ outcome: 'ok', message: null, row_count: 0 });
    expect(await schemaLines(name, /./)).toEqual(await schemaLines('source', /./));
    expect(await ask('select count(*) from base.country')).toBe('0');
  });

  test('only rows: into the tables that are there, no trigger fires, circular keys do not matter', async () => {
    await restore({ restore_type: 'schema' });
    const result = await restore({ restore_type: 'data' });
    expect(result).toMatchObject({ outcome: 'ok', message: null, table_count: 9 });
    expect(await ask(`select count(*) from "Shop ""x""".log`)).toBe('20');
    expect(await ask(`select nextval('"Shop ""x""".customer_id_seq')`)).toBe('21');
    const filled = await restore({ restore_type: 'data' });
    expect(filled.message).toMatch(/^these tables hold rows already: /);
    await ask(`delete from "Shop ""x"""."Order" where id > 3; insert into "Shop ""x""".log values (77)`);
    const truncated = await restore({ restore_type: 'data', existing_data: 'truncate' });
    expect(truncated.message).toBeNull();
    expect(await ask(`select count(*) from "Shop ""x""".log`)).toBe('20');
    const outside = await restore({
      restore_type: 'data',
      existing_data: 'truncate',
      tables: ['"Shop ""x""".customer'],
    });
    expect(outside.message).toMatch(
      /^tables that are not restored refer to those that would be emptied: "Shop "x""."Order"; /,
    );
    const one = await restore({
      restore_type: 'data',
      existing_data: 'truncate',
      tables: ['"Shop ""x""".log', 'other.stranger'],
    });
    expect(one).toMatchObject({ outcome: 'ok', table_count: 2 });
  });

  test('rows that refer to nothing are not committed', async () => {
    await restore({ restore_type: 'schema' });
    const result = await restore({ restore_type: 'data', tables: ['"Shop ""x"""."Order"'] });
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(
      /failed: rows of table "Shop "x""."Order" refer to rows that table "Shop "x""."customer" does not have \(foreign key "Order_customer_fkey"\); /,
    );
    expect(await ask(`select count(*) from "Shop ""x"""."Order"`)).toBe('0');
  });

  test('rows by a role that is no superuser come in the order of their keys, and circular ones are explained', async () => {
    await restore({ restore_type: 'schema' });
    await cluster.psql('postgres', `create role p_clerk_${counter} login`);
    await ask(`grant usage on schema "Shop ""x""", base to p_clerk_${counter};
      grant all on all tables in schema "Shop ""x""", base to p_clerk_${counter};
      grant all on all sequences in schema "Shop ""x""", base to p_clerk_${counter}`);
    const clerk = { ...instance, username: `p_clerk_${counter}` };
    const job = { restore_type: 'data', role_handling: 'none' } as const;
    const circle = await worker.restore(dump.uuid, clerk, name, { ...job, schemas: [SHOP] });
    expect(circle.message).toMatch(/^tables refer to each other in a circle: .*"egg".*; only a superuser can/);
    const tables = ['"Shop ""x"""."Order"', '"Shop ""x""".customer', 'base.country'];
    const result = await worker.restore(dump.uuid, clerk, name, { ...job, tables });
    expect(result).toMatchObject({
      message: null,
      warnings: ['triggers of the tables fire for every row, as the restoring role is no superuser'],
    });
    expect(await ask(`select count(*) from "Shop ""x"""."Order"`)).toBe('20');
  });
});

describe('from a dump of some tables only', () => {
  test('its schema is made with owner, rights and comment', async () => {
    const partial = await worker.dump(instance, 'source', { tables: ['"Shop ""x""".log', '"Shop ""x""".part_a'] });
    expect(partial.message).toBeNull();
    const result = await restore({}, partial.uuid);
    expect(result.message).toBeNull();
    expect(result.warnings.join()).toMatch(/table attach "Shop "x""."part_a" needs "Shop "x""."part"/);
    expect(await ask(`select count(*) from "Shop ""x""".log`)).toBe('20');
    expect(await ask(`select pg_get_userbyid(nspowner) from pg_namespace where nspname ~ 'Shop'`)).toBe('p_owner');
  });
});

describe('a restore into a database whose process is killed', () => {
  const sources = { ...connectionSources(), env: {} };

  async function die(point: FaultPoint): Promise<string> {
    const uuid = randomUUID();
    const folder = join(worker.directory, 'staging', uuid);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const child = spawn(process.execPath, [join(import.meta.dirname, '../support/restore-process.ts')], {
      env: { ...process.env, PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin?.end(
      JSON.stringify({
        uuid,
        dumpUuid: dump.uuid,
        repository: join(worker.directory, 'repository'),
        stagingDirectory: folder,
        destination: instance,
        dbname: name,
        change: { schemas: [SHOP], existing_db: 'rename' },
      }),
    );
    await new Promise((resolve) => child.on('close', resolve));
    expect(child.signalCode).toBe('SIGKILL');
    return folder;
  }

  test.each<[FaultPoint, boolean]>([
    ['restore.started', false],
    ['restore.roles-created', false],
    ['into.known', false],
    ['into.committed', true],
  ])('at %s has the old schema or the new one, and healing knows which', async (point, finished) => {
    await makeTarget('create schema "Shop ""x"""; create table "Shop ""x""".customer as select 4711 as mine');
    const folder = await die(point);
    const healed = await healRestore(folder, { sources, log: () => {} });
    expect(healed.finished).toBe(finished);
    const columns = await ask(
      `select string_agg(attname, ' ') from pg_attribute where attrelid = '"Shop ""x""".customer'::regclass and attnum = 1`,
    );
    expect(columns).toBe(finished ? 'id' : 'mine');
    expect(await ask(`select count(*) from pg_stat_activity where application_name ~ '^pgsnapman'`)).toBe('0');
    if (!finished) expect((await restore({ schemas: [SHOP], existing_db: 'rename' })).message).toBeNull();
  });
});
