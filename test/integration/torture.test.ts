import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instance } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { quoteIdentifier } from '../../src/core/postgres/identifiers.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases } from '../support/compare-databases.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'torture');
const settings = { wal_level: 'logical', max_locks_per_transaction: 256 };

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let from: Instance;
let to: Instance;

const script = (name: string): Promise<string> => readFile(join(FIXTURES, name), 'utf8');

async function createDatabase(name: string, scripts: readonly string[], options = ''): Promise<void> {
  await source.psql('postgres', `create database ${quoteIdentifier(name)} ${options}`);
  for (const file of scripts) await source.psql(name, await script(file));
}

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster({ settings }), startTestCluster({ settings })]);
  worker = await createTestWorker();
  from = instanceOf(source, 1, { name: 'from' });
  to = instanceOf(target, 2, { name: 'to' });
  await source.psql('postgres', await script('01-roles.sql'));
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), worker?.remove()]);
});

/** Rows of partitions by the hash of an enum lie elsewhere after a copy, as the numbers of enum values differ. */
const BY_HASH_OF_ENUM = /^table a\.events_1[ab]: /;
/** Left out on purpose in a copy to another instance. */
const REPLICATION = /publication|subscription/i;

const compare = async (name: string, cluster: TestCluster, copy: string): Promise<string[]> =>
  (await compareDatabases(source.settings(name), cluster.settings(copy))).filter((line) => !BY_HASH_OF_ENUM.test(line));

describe('a database with everything', () => {
  const EVERYTHING = '-every "thing"\n=\\';
  let dump: DumpResult;

  beforeAll(async () => {
    await createDatabase(EVERYTHING, ['02-names.sql', '03-objects.sql', '04-database.sql']);
    dump = await worker.dump(from, EVERYTHING);
    expect(dump).toMatchObject({ outcome: 'ok', message: null, warnings: [] });
  });

  test('is the same beside its source under another name', async () => {
    const result = await worker.restore(dump.uuid, from, 'x'.repeat(63));
    expect(result).toMatchObject({
      outcome: 'ok_with_warnings',
      message: null,
      warnings: ['subscriptions are restored, but not enabled: "sub"'],
    });
    expect(await compare(EVERYTHING, source, 'x'.repeat(63))).toEqual([]);
  });

  test('is the same on another instance, but for what would act on the source', async () => {
    const result = await worker.restore(dump.uuid, to, EVERYTHING, { passwords: true });
    expect(result).toMatchObject({ outcome: 'ok_with_warnings', message: null });
    expect(result.warnings).toEqual([
      'subscriptions are left out, as the target is another instance: "sub"',
      'publications are left out, as the target is another instance: "of_schema", "part", "whole"',
      'event triggers are restored and act on the target from now on: "et_always", "et_off", "et_on", "et_replica"',
      'foreign servers are restored and point where those of the source point: "elsewhere"',
      'user mappings are restored with the credentials of the source: "USER MAPPING public SERVER elsewhere", "USER MAPPING torture_creds SERVER elsewhere"',
    ]);
    const differences = await compare(EVERYTHING, target, EVERYTHING);
    expect(differences.filter((line) => !REPLICATION.test(line))).toEqual([]);
  });
});

describe('functions that rely on the search_path of the database', () => {
  const EVENT_TRIGGER = 'event triggers are restored and act on the target from now on: "record_ddl"';
  let dump: DumpResult;

  beforeAll(async () => {
    await createDatabase('paths', ['05-search-path.sql']);
    dump = await worker.dump(from, 'paths');
    expect(dump).toMatchObject({ outcome: 'ok', message: null, warnings: [] });
  });

  test.each([1, 3])('bring everything at the second attempt, with %i sessions', async (parallel) => {
    const result = await worker.restore(dump.uuid, to, `paths ${parallel}`, { parallel });
    expect(result).toMatchObject({ message: null, warnings: [EVENT_TRIGGER] });
    expect(await compareDatabases(source.settings('paths'), target.settings(`paths ${parallel}`))).toEqual([]);
    const again = worker.log.filter((line) => line.startsWith('restored again: '));
    expect(again.map((line) => line.slice('restored again: '.length)).sort()).toEqual([
      'index "app"."item_fold"',
      'index "app"."item_partial"',
      'materialized view data "app"."counts"',
      'materialized view data "app"."tenant_count"',
      'materialized view data "app"."totals"',
      'table data "app"."detail"',
      'table data "app"."item"',
    ]);
    expect(await target.psql(`paths ${parallel}`, 'select count(*) from app.fired')).toBe('50');
  });

  test('bring everything when very many entries fail at a time, whose errors are written between each other', async () => {
    await createDatabase('crowd', ['07-crowd.sql']);
    const crowd = await worker.dump(from, 'crowd');
    const result = await worker.restore(crowd.uuid, to, 'crowd copy', { parallel: 8 });
    expect(result).toMatchObject({ outcome: 'ok', message: null, warnings: [] });
    expect(await compareDatabases(source.settings('crowd'), target.settings('crowd copy'))).toEqual([]);
    const again = worker.log.filter((line) => line.startsWith('restored again: '));
    const count = (kind: string) => again.filter((line) => line.startsWith(`restored again: ${kind} "`)).length;
    expect([count('table data'), count('index'), count('materialized view data')]).toEqual([32, 64, 16]);
    expect(again).toHaveLength(112);
  });

  test('are no excuse for a pg_restore that broke off: what it had not come to is not known', async () => {
    const { tools } = await worker.context();
    const [tool] = tools;
    const breaking = join(worker.directory, 'pg_restore');
    const script = `#!/bin/sh
      case " $* " in *" --section=post-data "*) ;; *) exec '${tool?.pgRestore}' "$@" ;; esac
      '${tool?.pgRestore}' "$@" 2>&1 | grep -v 'errors ignored' >&2
      echo 'pg_restore: error: could not read from input file: end of file' >&2
      exit 1`;
    await writeFile(breaking, script, { mode: 0o755 });
    const broken = { tools: tools.map((one) => ({ ...one, pgRestore: breaking })) };
    const result = await worker.restore(dump.uuid, to, 'broken', { parallel: 3, accept_losses: true }, broken);
    expect(result).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(
        /^restoring post-data failed: pg_restore ended with exit code 1; could not read from input file: end of file; see/,
      ),
    });
  });

  test('are never called by a dump from an instance that is not trusted: what is lost is named', async () => {
    const distrusted = await worker.dump({ ...from, trusted: false }, 'paths');
    await target.psql('postgres', 'create role clerk login createdb');
    const { tools } = await worker.context();
    const result = await worker.restore(
      distrusted.uuid,
      { ...to, username: 'clerk' },
      'distrusted',
      { role_handling: 'none' },
      { tools: tools.map((tool) => ({ ...tool, version: { ...tool.version, minor: 99, num: 150_099 } })) },
    );
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/^restoring data failed: table data "app"."\w+": function .* does not exist/);
    expect(worker.log.join('\n')).not.toContain('second attempt');
  });

  test('are losses by name when the job accepts them and nothing helps', async () => {
    await source.psql('paths', "alter database paths set search_path = 'nowhere'");
    const hopeless = await worker.dump(from, 'paths');
    const refused = await worker.restore(hopeless.uuid, to, 'hopeless');
    expect(refused.outcome).toBe('failed');
    expect(refused.message).toMatch(
      /^restoring data failed: table data "app"."\w+": function \w+\(text\) does not exist/,
    );
    const result = await worker.restore(hopeless.uuid, to, 'hopeless', { accept_losses: true });
    expect(result.outcome).toBe('ok_with_warnings');
    expect(result.warnings.map((line) => line.replace(/: function .*/, '')).sort()).toEqual([
      EVENT_TRIGGER,
      'lost: materialized view "app"."counts" is empty, though it was filled on the source',
      'lost: materialized view "app"."totals" is empty, though it was filled on the source',
      'lost: materialized view data "app"."counts": relation "item" does not exist',
      'lost: materialized view data "app"."totals": materialized view "counts" has not been populated',
      'lost: table "app"."detail" has 0 rows instead of 50',
      'lost: table "app"."item" has 0 rows instead of 50',
      'lost: table data "app"."detail"',
      'lost: table data "app"."item"',
    ]);
    expect(await target.psql('hopeless', 'select count(*) from app.fired')).toBe('50');
  });
});

describe('limits', () => {
  test('an empty database, 1,600 columns, no columns, long values', async () => {
    await createDatabase('empty', []);
    await createDatabase('limits', ['06-limits.sql']);
    for (const name of ['empty', 'limits']) {
      const dump = await worker.dump(from, name);
      const result = await worker.restore(dump.uuid, to, `${name} copy`);
      expect(result).toMatchObject({ outcome: 'ok', message: null });
      expect(await compareDatabases(source.settings(name), target.settings(`${name} copy`))).toEqual([]);
    }
  });
});

describe('a dump by a role that is no superuser', () => {
  const dumper = () => ({ ...from, username: 'dumper' });

  beforeAll(async () => {
    await createDatabase('guarded', ['03-objects.sql']);
    await source.psql('postgres', 'create role dumper login bypassrls; grant pg_read_all_data to dumper');
  });

  test('fails on large objects, and says which right is missing', async () => {
    const dump = await worker.dump(dumper(), 'guarded');
    expect(dump.outcome).toBe('failed');
    expect(dump.message).toMatch(/large object/);
  });

  test('with the documented rights holds all but what only superusers may read, and names that', async () => {
    await source.psql(
      'guarded',
      `do $$ begin
         execute (select string_agg(format('grant select on large object %s to dumper', oid), '; ') from pg_largeobject_metadata);
       end $$`,
    );
    const dump = await worker.dump(dumper(), 'guarded');
    expect(dump).toMatchObject({
      outcome: 'ok_with_warnings',
      message: null,
      warnings: [
        'subscription "sub" is not in the dump: only a superuser may read subscriptions',
        'options of the user mapping for "public" on server "elsewhere" are not in the dump: the dumping role may not see them',
        'options of the user mapping for "torture_creds" on server "elsewhere" are not in the dump: the dumping role may not see them',
      ],
    });
    const result = await worker.restore(dump.uuid, from, 'guarded copy', { passwords: true });
    expect(result).toMatchObject({ message: null });
    const differences = await compare('guarded', source, 'guarded copy');
    expect(differences.filter((line) => !/SUBSCRIPTION|connect = false|password|user|: \);$/i.test(line))).toEqual([]);
  });
});
