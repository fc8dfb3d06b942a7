import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { libpqEnvironment } from '../../src/core/connection/connection-settings.ts';
import type { Instance } from '../../src/core/model/configuration.ts';
import { dumpResultFromManifest } from '../../src/worker/dump/take-dump.ts';
import { runChild } from '../../src/worker/process/run-child.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createDumpingWorker, type DumpingWorker } from '../support/dump-runs.ts';

let cluster: TestCluster;
let worker: DumpingWorker;
let instance: Instance;

const HOSTILE_DATABASE = 'a=b \'q" ü\\$x';
const HOSTILE_SCHEMA = 'We"ird ü.*';
const LONGEST = 'ä'.repeat(31);

const HOSTILE_SQL = `
create schema "We""ird ü.*";
create table "We""ird ü.*"."a.b
c" (id int generated always as identity primary key, t text, b bytea);
insert into "We""ird ü.*"."a.b
c" (t, b) select E'x\\ny\\\\.' || i, '\\xdeadbeef' from generate_series(1, 1000) as i;
create table "We""ird ü.*"."-x" (a int);
insert into "We""ird ü.*"."-x" values (1), (2), (3);
create table public."${LONGEST}" (a text);
insert into public."${LONGEST}" values ('\\.'), (E'\\n'), (''), (null);
create table zero_columns ();
insert into zero_columns default values;
insert into zero_columns default values;
create table empty (a int);
create table part (k text, v int) partition by list (k);
create table "Part A" partition of part for values in ('a');
create table part_b partition of part for values in ('b');
insert into part values ('a', 1), ('a', 2), ('b', 3);
create view "We""ird ü.*".v as select 1 as one;
create materialized view mv as select count(*) from part;
select lo_from_bytea(5001, '\\x0001020304'), lo_from_bytea(5002, '');`;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createDumpingWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', `create database "a=b 'q"" ü\\$x"`);
  await cluster.psql(HOSTILE_DATABASE, HOSTILE_SQL);
});
afterAll(async () => {
  await worker?.remove();
  await cluster?.remove();
});
afterEach(async () => expect(await worker.leftovers()).toEqual([]));

/** Restores a materialized dump with pg_restore into a new database. */
async function restored(uuid: string, dbname: string): Promise<void> {
  const directory = join(worker.directory, `out-${uuid}`);
  await worker.repository.materialize(uuid, directory);
  await cluster.psql('postgres', `create database "${dbname}"`);
  const [tools] = worker.tools;
  const args = ['--exit-on-error', '--dbname', dbname, directory];
  const env = libpqEnvironment(cluster.settings(dbname));
  const result = await runChild({ file: tools?.pgRestore ?? '', args, env }, {});
  expect(result).toMatchObject({ exitCode: 0, stderrTail: [] });
}

const rowsOf = async (uuid: string) => {
  const { tables } = await worker.repository.content(uuid);
  return Object.fromEntries(tables.map((table) => [`${table.schema}|${table.name}`, table.rows]));
};

describe('a full dump of a database with hostile names', () => {
  it('holds everything, and pg_restore brings it back', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE);
    expect(result).toMatchObject({
      outcome: 'ok',
      warnings: [],
      message: null,
      dbname: HOSTILE_DATABASE,
      table_count: 7,
      row_count: 1000 + 3 + 4 + 2 + 3,
      verified_level: 1,
      server_version: expect.stringMatching(/^\d+\.\d+/),
    });
    expect(await rowsOf(result.uuid)).toEqual({
      [`${HOSTILE_SCHEMA}|a.b\nc`]: 1000,
      [`${HOSTILE_SCHEMA}|-x`]: 3,
      [`public|${LONGEST}`]: 4,
      'public|zero_columns': 2,
      'public|empty': 0,
      'public|part': 0,
      'public|Part A': 2,
      'public|part_b': 1,
    });
    expect(result.content).toMatchObject({ schemas: [HOSTILE_SCHEMA, 'public'], large_objects: 2 });
    await restored(result.uuid, 'came back');
    const check = `select (select count(*) from "We""ird ü.*"."a.b\nc"), (select md5(string_agg(t, ',' order by id)) from "We""ird ü.*"."a.b\nc"),
      (select count(*) from zero_columns), (select string_agg(v::text, ',' order by v) from part), encode(lo_get(5001), 'hex')`;
    expect(await cluster.psql('came back', check)).toBe(await cluster.psql(HOSTILE_DATABASE, check));
  });

  it('reports its progress by stages', async () => {
    await worker.dump(instance, HOSTILE_DATABASE);
    const stages = [...new Set(worker.progress.map((progress) => progress.stage))];
    expect(stages).toEqual(['connecting', 'reading facts', 'dumping', 'storing', 'committing']);
    const stored = worker.progress.findLast((progress) => progress.stage === 'storing');
    expect(stored?.done_bytes).toBe(stored?.total_bytes);
    expect(stored?.done_items).toBe(stored?.total_items);
  });

  it('has the same result in the repository, should the process die before it can tell', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE);
    const found = await worker.repository.manifest(result.uuid);
    if (found === null) throw new Error('no manifest');
    const content = await worker.repository.content(result.uuid);
    const again = dumpResultFromManifest(found.manifest, found.manifestSha256, content);
    expect(again).toEqual({ ...result, log_tail: null });
  });
});

describe('a dump is of one moment', () => {
  it('for its facts and for its data, whatever is committed while pg_dump runs', async () => {
    await cluster.psql('postgres', 'create database moving');
    await cluster.psql('moving', 'create table t (a int); insert into t values (1)');
    const changes: Promise<string>[] = [];
    const result = await worker.dump(instance, 'moving', {
      context: {
        onProgress: (progress) => {
          if (progress.stage !== 'dumping' || changes.length > 0) return;
          changes.push(cluster.psql('moving', 'insert into t values (2); create schema late'));
        },
      },
    });
    await Promise.all(changes);
    expect(changes).toHaveLength(1);
    expect(result).toMatchObject({ outcome: 'ok', row_count: 1 });
    const facts = await worker.repository.facts(result.uuid);
    expect(facts.schemas.map((schema) => schema.name)).toEqual(['public']);
  });
});

describe('a partial dump', () => {
  it('of the structure holds no rows', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE, { job: { dump_type: 'schema' } });
    expect(result).toMatchObject({ outcome: 'ok', dump_type: 'schema', table_count: 0, row_count: 0 });
    expect(Object.keys(await rowsOf(result.uuid))).toContain('public|part');
  });

  it('of the data holds the rows', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE, { job: { dump_type: 'data' } });
    expect(result).toMatchObject({ outcome: 'ok', dump_type: 'data', table_count: 7, row_count: 1012 });
  });

  it('of a schema takes its name as it is, not as a pattern', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE, { job: { schemas: [HOSTILE_SCHEMA] } });
    expect(result).toMatchObject({ outcome: 'ok', schemas: [HOSTILE_SCHEMA], table_count: 2, row_count: 1003 });
    const pattern = await worker.dump(instance, HOSTILE_DATABASE, { job: { schemas: ['We*'] } });
    expect(pattern).toMatchObject({ outcome: 'failed', message: expect.stringContaining('there are no schemas') });
  });

  it('of a table takes its name as it is, and all partitions of one that has them', async () => {
    const tables = ['"We""ird ü.*"."a.b\nc"', 'public.part'];
    const result = await worker.dump(instance, HOSTILE_DATABASE, { job: { tables } });
    expect(result).toMatchObject({ outcome: 'ok', tables, table_count: 3, row_count: 1003 });
  });

  it('of a table that is not there fails', async () => {
    const result = await worker.dump(instance, HOSTILE_DATABASE, { job: { tables: ['public.part', 'public.gone'] } });
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('there are no tables') });
  });
});

describe('a database that is not in UTF-8', () => {
  beforeAll(async () => {
    const create = (name: string, encoding: string) =>
      cluster.psql(
        'postgres',
        `create database ${name} template template0 encoding ${encoding} lc_collate 'C' lc_ctype 'C'`,
      );
    await create('in_latin1', 'latin1');
    const latin1 = await cluster.connect('in_latin1');
    await latin1.script('create schema "Größe"; create table "Größe"."ü" (t text)');
    await latin1.execute('insert into "Größe"."ü" values ($1)', ['äöü']);
    await create('in_any_bytes', 'sql_ascii');
    await cluster.psql(
      'in_any_bytes',
      `do $$ begin execute convert_from('\\x637265617465207461626c6520226772fcdf2220286120696e7429', 'SQL_ASCII'); end $$`,
    );
  });

  it('is dumped in its own encoding, and its names are read in it', async () => {
    const result = await worker.dump(instance, 'in_latin1');
    expect(result).toMatchObject({ outcome: 'ok', row_count: 1 });
    expect(result.content?.tables).toEqual([{ schema: 'Größe', name: 'ü', rows: 1, bytes: 4 + 5 }]);
  });

  it('is found by the names of a job', async () => {
    const result = await worker.dump(instance, 'in_latin1', { job: { schemas: ['Größe'] } });
    expect(result).toMatchObject({ outcome: 'ok', row_count: 1 });
    expect(await worker.dump(instance, 'in_latin1', { job: { tables: ['"Größe".ü'] } })).toMatchObject({
      row_count: 1,
    });
  });

  it('may hold names of any bytes', async () => {
    const result = await worker.dump(instance, 'in_any_bytes');
    expect(result).toMatchObject({ outcome: 'ok', table_count: 1 });
    expect(result.content?.tables.map((table) => table.name)).toEqual(['grüß']);
  });
});

describe('dumps that follow one another', () => {
  it('share what is the same', async () => {
    const alone = await createDumpingWorker();
    try {
      const first = await alone.dump(instance, HOSTILE_DATABASE);
      const second = await alone.dump(instance, HOSTILE_DATABASE);
      expect(second.raw_bytes).toBe(first.raw_bytes);
      expect(second.new_bytes).toBeLessThan((first.new_bytes ?? 0) / 2);
    } finally {
      await alone.remove();
    }
  });

  it('do not build on what is known to be damaged', async () => {
    const packs = join(worker.directory, 'repository', 'packs');
    const first = await worker.dump(instance, HOSTILE_DATABASE);
    await worker.repository.close(); // threads remember what they have read
    for (const name of (await readdir(packs)).filter((file) => file.endsWith('.pack'))) {
      const { length } = await readFile(join(packs, name));
      await writeFile(join(packs, name), Buffer.alloc(length));
    }
    const out = () => join(worker.directory, randomUUID());
    await expect(worker.repository.materialize(first.uuid, out())).rejects.toThrow('cannot be used');
    expect((await worker.repository.check({ readData: true })).problems).not.toEqual([]);
    const next = await worker.dump(instance, HOSTILE_DATABASE);
    expect(next.outcome).toBe('ok');
    await worker.repository.close();
    await worker.repository.materialize(next.uuid, out());
  });

  it('leave one folder each, and nothing else', async () => {
    const before = await readdir(join(worker.directory, 'repository', 'dumps'));
    const { uuid } = await worker.dump(instance, HOSTILE_DATABASE);
    const after = await readdir(join(worker.directory, 'repository', 'dumps'));
    expect(after.filter((name) => !before.includes(name))).toEqual([expect.stringMatching(`${uuid.slice(-8)}$`)]);
  });
});
