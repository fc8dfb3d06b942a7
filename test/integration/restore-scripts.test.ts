import { createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Instance, RestoreJob, ScriptText } from '../../src/core/model/configuration.ts';
import type { DumpResult, RestoreResult } from '../../src/core/model/results.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { maskingExample } from '../support/masking-example.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

let cluster: TestCluster;
let worker: TestWorker;
let instance: Instance;
let dump: DumpResult;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createTestWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', 'create database crm');
  await cluster.psql(
    'crm',
    `create table public.customer (id integer primary key, name text not null, mail text not null unique check (mail like '%@%'), city text);
     insert into public.customer select i, 'Person ' || i, 'person' || i || '@real.example', 'Ulm' from generate_series(1, 50) as i;
     create materialized view public.mails as select mail from public.customer;`,
  );
  dump = await worker.dump(instance, 'crm');
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), worker?.remove()]);
});

function script(name: string, code: string): ScriptText {
  return { name, code, sha256: createHash('sha256').update(code).digest('hex') };
}

async function restore(
  dbname: string,
  job: Partial<RestoreJob>,
  allow: 'list' | 'nothing' = 'list',
): Promise<RestoreResult> {
  const texts = [job.before_script, job.after_script].flatMap((text) =>
    text === null || text === undefined ? [] : [text],
  );
  const sha256 = allow === 'list' ? texts.map((text) => text.sha256.toUpperCase()) : [];
  const ids = { before_script_id: job.before_script ? 1 : null, after_script_id: job.after_script ? 2 : null };
  return worker.restore(dump.uuid, instance, dbname, { ...ids, ...job }, { scripts: { sha256, directory: null } });
}

const databases = () => cluster.psql('postgres', `select string_agg(datname, ' ' order by datname) from pg_database`);

test('the example of the documentation masks names and mail addresses, and leaves no trace of them in statistics', async () => {
  const result = await restore('masked', { after_script: script('mask', await maskingExample()) });
  expect(result).toMatchObject({ outcome: 'ok', message: null });
  expect(
    await cluster.psql(
      'masked',
      `select count(*), count(*) filter (where name ~ 'Person' or mail ~ 'real'), count(distinct mail), min(city) from public.customer`,
    ),
  ).toBe('50|0|50|Ulm');
  expect(await cluster.psql('masked', `select count(*) from public.mails where mail ~ 'real'`)).toBe('0');
  expect(
    await cluster.psql('masked', `select count(*) from pg_stats where tablename = 'customer' and attname = 'name'`),
  ).toBe('1');
  expect(
    await cluster.psql(
      'masked',
      `select count(*) from pg_stats where most_common_vals::text || histogram_bounds::text ~ 'real|Person'`,
    ),
  ).toBe('0');
  expect(worker.log.join('\n')).toContain('script "mask", SHA-256 ');
});

test('SQL before the restore runs in the new database', async () => {
  const before = script('prepare', 'create schema prepared; create table prepared.by as select 1 as one');
  expect(await restore('prepared', { before_script: before })).toMatchObject({ outcome: 'ok' });
  expect(await cluster.psql('prepared', 'select one from prepared.by')).toBe('1');
});

describe('is refused, and nothing is made', () => {
  test.each<[string, Partial<RestoreJob>, RegExp]>([
    [
      'what the worker does not allow',
      { after_script: script('evil', 'select 1') },
      /^script "evil" \(SHA-256 [0-9a-f]{64}\) is not allowed by the configuration of this worker; /,
    ],
    [
      'another text under an allowed hash',
      { after_script: { ...script('evil', 'select 1'), code: 'select 2' } },
      /^script "evil" is not what its SHA-256 says; /,
    ],
    [
      'a script that the worker does not know',
      { after_script_id: 7 },
      /^the script after the restore is not known to this worker; /,
    ],
    [
      'without a database of its own',
      { after_script: script('any', 'select 1'), dest_dbname: 'crm', restore_type: 'data', existing_data: 'truncate' },
      /^script "any" .*; also, scripts run in a database that nobody can reach yet/,
    ],
  ])('%s', async (_, job, message) => {
    const before = await databases();
    const result = await restore(job.dest_dbname ?? 'refused', job, 'nothing');
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(message);
    expect(await databases()).toBe(before);
  });
});

describe('a script that goes wrong', () => {
  test.each<[string, string, RegExp]>([
    [
      'fails',
      `update public.customer set mail = 'secret'`,
      /^script "bad" failed: new row for relation "customer" violates check constraint "customer_mail_check"; the restored database was dropped/,
    ],
    [
      'leaves a view empty',
      'refresh materialized view public.mails with no data',
      /^the script after the restore left the database broken: materialized view "public"."mails" is empty/,
    ],
    [
      'drops a table',
      'drop table public.customer cascade',
      /^the script after the restore left the database broken: "public"."customer" is gone/,
    ],
    ['uses commands of psql', '\\! touch /tmp/pwned', /^script "bad" failed: syntax error at or near /],
  ])('and %s: the staging database is dropped', async (_, code, message) => {
    const before = await databases();
    const result = await restore('bad', { after_script: script('bad', code) });
    expect(result.message).toMatch(message);
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(await databases()).toBe(before);
  });
});

test('files of a folder of the worker are allowed, unless others may write there', async () => {
  const directory = join(worker.directory, 'scripts');
  const text = script('local', 'select 1');
  await mkdir(directory, { mode: 0o755 });
  await writeFile(join(directory, 'any name.sql'), text.code, { mode: 0o644 });
  const run = (dbname: string) =>
    worker.restore(
      dump.uuid,
      instance,
      dbname,
      { after_script_id: 1, after_script: text },
      { scripts: { sha256: [], directory } },
    );
  expect(await run('from folder')).toMatchObject({ outcome: 'ok' });
  await chmod(directory, 0o777);
  expect((await run('open folder')).message).toMatch(/is not allowed/);
});
