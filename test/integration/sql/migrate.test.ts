import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libpqEnvironment } from '../../../src/core/connection/connection-settings.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { CATALOG_VERSION, catalogStatus, migrateCatalog, requireCatalog } from '../../../src/sql/migrate.ts';
import { migrationFiles } from '../../../src/sql/migration-files.ts';
import { runChild } from '../../../src/worker/process/run-child.ts';
import { startTestCluster, type TestCluster } from '../../support/clusters.ts';
import { dumpSchema, SCHEMA_FILE } from '../../support/schema-dump.ts';

let cluster: TestCluster;
let counter = 0;
const ALL = migrationFiles().map(({ name }) => name);

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster?.remove());

async function freshDatabase(options = ''): Promise<string> {
  counter += 1;
  await cluster.psql('postgres', `create database fresh${counter} ${options}`);
  return `fresh${counter}`;
}

async function migrated(): Promise<Connection> {
  const c = await cluster.connect(await freshDatabase());
  await migrateCatalog(c);
  return c;
}

describe('installing the catalog', () => {
  test('applies every migration once; again, it changes nothing', async () => {
    const c = await cluster.connect(await freshDatabase());
    expect(await migrateCatalog(c)).toEqual({ applied: ALL, version: CATALOG_VERSION });
    const before = await c.rows('select * from pgsnapman.migration');
    expect(await migrateCatalog(c)).toEqual({ applied: [], version: CATALOG_VERSION });
    expect(await c.rows('select * from pgsnapman.migration')).toEqual(before);
    await requireCatalog(c);
  });

  test('works when ten do it at once', async () => {
    const name = await freshDatabase();
    const connections = await Promise.all(Array.from({ length: 10 }, () => cluster.connect(name)));
    const results = await Promise.all(connections.map(migrateCatalog));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(ALL);
    expect(results.every(({ version }) => version === CATALOG_VERSION)).toBe(true);
    await Promise.all(connections.map((c) => c.close()));
  });

  test('works for a role that owns the database and nothing else', async () => {
    await cluster.psql('postgres', 'create role landlord login; create database owned owner landlord');
    const c = await cluster.connect('owned', 'landlord');
    expect((await migrateCatalog(c)).applied).toEqual(ALL);
  });

  test('is refused for a role that may not', async () => {
    await cluster.psql('postgres', 'create role guest login');
    const c = await cluster.connect(await freshDatabase(), 'guest');
    await expect(migrateCatalog(c)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('permission denied'),
    });
  });

  test('is refused in a database that cannot hold every name', async () => {
    const c = await cluster.connect(await freshDatabase(`encoding 'LATIN1' locale 'C' template template0`));
    await expect(migrateCatalog(c)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('LATIN1'),
    });
  });

  test('leaves a schema of that name alone which somebody else made', async () => {
    const c = await cluster.connect(await freshDatabase());
    await c.script('create schema pgsnapman; create table pgsnapman.mine ()');
    await expect(migrateCatalog(c)).rejects.toMatchObject({
      code: 'catalog_version',
      hint: 'use another database, or drop that schema',
    });
    expect(await catalogStatus(c)).toMatchObject({ installed: false });
  });

  test('continues where an older catalog ends', async () => {
    const c = await cluster.connect(await freshDatabase());
    const [first] = migrationFiles();
    if (!first) throw new Error('there are no migrations');
    await c.script(first.sql);
    await c.script(
      `create table pgsnapman.migration (number integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`,
    );
    await c.execute('insert into pgsnapman.migration values ($1, $2, $3)', [first.number, first.name, first.sha256]);
    await expect(requireCatalog(c)).rejects.toMatchObject({
      code: 'catalog_version',
      hint: 'run: pgsnapman catalog migrate',
    });
    expect(await catalogStatus(c)).toMatchObject({ version: 1, known: CATALOG_VERSION, pending: ALL.slice(1) });
    expect((await migrateCatalog(c)).applied).toEqual(ALL.slice(1));
  });
});

describe('the version', () => {
  test('is asked for by one that needs the catalog', async () => {
    const c = await cluster.connect(await freshDatabase());
    await expect(requireCatalog(c)).rejects.toMatchObject({
      code: 'catalog_version',
      hint: 'run: pgsnapman catalog init',
    });
    expect(await catalogStatus(c)).toEqual({
      installed: false,
      version: null,
      known: CATALOG_VERSION,
      pending: ALL,
      server_version: c.serverVersion,
    });
  });

  test('is said with the numbers of rows', async () => {
    const c = await migrated();
    await c.script(`insert into pgsnapman.worker (name) values ('w1'), ('w2')`);
    expect(await catalogStatus(c)).toMatchObject({
      installed: true,
      version: CATALOG_VERSION,
      pending: [],
      counts: { worker: 2, dump: 0 },
    });
  });

  test('newer than this program is refused by everything', async () => {
    const c = await migrated();
    await c.script(`insert into pgsnapman.migration (number, name, sha256) values (9999, '9999_future.sql', '')`);
    const refusal = {
      code: 'catalog_version',
      message: expect.stringContaining('9999'),
      hint: 'install the newer pgsnapman on this machine',
    };
    await expect(requireCatalog(c)).rejects.toMatchObject(refusal);
    await expect(migrateCatalog(c)).rejects.toMatchObject(refusal);
  });

  test('with a changed migration is refused', async () => {
    const c = await migrated();
    await c.script(`update pgsnapman.migration set sha256 = 'something else' where number = 2`);
    await expect(migrateCatalog(c)).rejects.toMatchObject({
      code: 'catalog_version',
      message: expect.stringContaining('0002_results.sql'),
    });
  });

  test('that may not be read is not taken for a missing catalog', async () => {
    const c = await migrated();
    await cluster.psql('postgres', 'create role stranger login');
    const stranger = await cluster.connect(c.settings.dbname, 'stranger');
    await expect(requireCatalog(stranger)).rejects.toMatchObject({ code: 'catalog_unreachable' });
  });
});

describe('the schema', () => {
  test('is the committed one (after a change: node test/support/write-schema.ts)', async () => {
    const c = await migrated();
    expect(await dumpSchema(cluster, c.settings.dbname)).toBe(readFileSync(SCHEMA_FILE, 'utf8'));
  });

  test('has a comment on every table, column and function', async () => {
    const c = await migrated();
    const missing = await c.rows(`
      select c.relname as name from pg_class as c where c.relnamespace = 'pgsnapman'::regnamespace and c.relkind in ('r', 'p', 'v')
        and obj_description(c.oid, 'pg_class') is null
      union all
      select c.relname || '.' || a.attname from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'pgsnapman'::regnamespace and c.relkind in ('r', 'p', 'v') and col_description(c.oid, a.attnum) is null
      union all
      select p.proname from pg_proc as p where p.pronamespace = 'pgsnapman'::regnamespace and obj_description(p.oid, 'pg_proc') is null`);
    expect(missing).toEqual([]);
    const tables = await c.row<{ count: number }>(
      `select count(*) from pg_class where relnamespace = 'pgsnapman'::regnamespace and relkind = 'r'`,
    );
    expect(tables?.count).toBeGreaterThan(15);
  });

  test('has a readable name for every check, and an index for every foreign key to a table that grows', async () => {
    const c = await migrated();
    const generated = await c.rows(
      `select conname from pg_constraint where connamespace = 'pgsnapman'::regnamespace and contype = 'c' and conname ~ '_check\\d*$'`,
    );
    expect(generated).toEqual([]);
    const unindexed = await c.rows(`
      select k.conname from pg_constraint as k
      where k.connamespace = 'pgsnapman'::regnamespace and k.contype = 'f'
        and k.conrelid in ('pgsnapman.dump'::regclass, 'pgsnapman.restore_run'::regclass, 'pgsnapman.message'::regclass, 'pgsnapman.dump_content'::regclass)
        and not exists (select from pg_index as i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1])`);
    expect(unindexed).toEqual([]);
  });

  test('gives nothing to everybody', async () => {
    const c = await migrated();
    await cluster.psql('postgres', 'create role passerby login');
    const passerby = await cluster.connect(c.settings.dbname, 'passerby');
    await expect(passerby.rows('select * from pgsnapman.setting')).rejects.toMatchObject({ sqlState: '42501' });
  });

  test('and its rows survive pg_dump and restore', async () => {
    const c = await migrated();
    await c.script(`insert into pgsnapman.worker (name) values ('w1'); insert into pgsnapman.instance (host, default_worker_id) values ('db1', 1);
      insert into pgsnapman.dump_job (instance_id, dbname, timezone) values (1, 'shop', 'Europe/Berlin')`);
    const dump = await runChild({
      file: join(cluster.binDirectory, 'pg_dump'),
      args: [],
      env: libpqEnvironment(c.settings),
    });
    const copy = await freshDatabase();
    await cluster.psql(copy, dump.stdout);
    const restored = await cluster.connect(copy);
    await requireCatalog(restored);
    expect(await restored.rows('select * from pgsnapman.dump_job')).toEqual(
      await c.rows('select * from pgsnapman.dump_job'),
    );
  });
});
