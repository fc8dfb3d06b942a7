import { randomUUID } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Instance } from '../../src/core/model/configuration.ts';
import { readDemand } from '../../src/worker/dump/demand.ts';
import { takeDump } from '../../src/worker/dump/take-dump.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { dumpJobOf, instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

let cluster: TestCluster;
let worker: TestWorker;
let instance: Instance;

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createTestWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql('postgres', 'create database shop');
});
beforeEach(async () => {
  await cluster.psql('postgres', 'alter database shop reset all');
  await cluster.psql('shop', 'drop schema if exists pgsnapman cascade');
});
afterAll(async () => {
  await Promise.all([cluster?.remove(), worker?.remove()]);
});

/** The table as the documentation describes it. */
async function flag(value: string | null): Promise<void> {
  await cluster.psql(
    'shop',
    'create schema pgsnapman; create table pgsnapman.metainfo (key text primary key, val text)',
  );
  if (value !== null) await cluster.psql('shop', `insert into pgsnapman.metainfo values ('TAKE_BACKUP', '${value}')`);
}

const flagNow = () => cluster.psql('shop', `select val from pgsnapman.metainfo where key = 'TAKE_BACKUP'`);

/** What a scheduled run does. */
async function run(change: Partial<RunContext> = {}) {
  const job = dumpJobOf(instance, 'shop', { job_type: 'repeat', schedule: '@daily', on_demand: true });
  const context = await worker.context(change);
  const demand = await readDemand({ job, instance }, context.sources);
  if (!demand.take) return 'skipped';
  const task = { uuid: randomUUID(), job, instance, triggerKind: 'schedule' as const, dueAt: null, demand };
  return takeDump(task, context);
}

/** Tools whose pg_dump runs something first: the snapshot of the dump has been taken by then. */
async function toolsThat(command: string) {
  const { tools } = await worker.context();
  const [real] = tools;
  if (real === undefined) throw new Error('no Postgres client programs');
  const pgDump = join(worker.directory, `pg_dump-${randomUUID()}`);
  await writeFile(pgDump, `#!/bin/sh\n${command}\nexec '${real.pgDump}' "$@"\n`);
  await chmod(pgDump, 0o700);
  return [{ ...real, pgDump }];
}

describe('a scheduled dump on demand', () => {
  it('is taken without such a table, and none is made', async () => {
    expect(await run()).toMatchObject({ outcome: 'ok' });
    expect(await cluster.psql('shop', `select count(*) from pg_namespace where nspname = 'pgsnapman'`)).toBe('0');
  });

  it.each<[string | null, string, string]>([
    ['NO', 'skipped', 'NO'],
    [' no', 'skipped', ' no'],
    ['YES', 'ok', 'NO'],
    ['SCHEDULE', 'ok', 'SCHEDULE'],
    [null, 'ok', ''],
    ['MAYBE', 'ok_with_warnings', 'MAYBE'],
  ])('with the value %j: %s, and then it is %j', async (value, outcome, then) => {
    await flag(value);
    const result = await run();
    expect(result === 'skipped' ? result : result.outcome).toBe(outcome);
    if (value === 'MAYBE') expect(result).toHaveProperty('warnings.0', expect.stringContaining('"MAYBE", not YES, NO'));
    expect(await flagNow()).toBe(then);
  });

  it('takes nothing back that was set while it was taken', async () => {
    await flag('YES');
    const tools = await toolsThat(`psql -qX -c "update pgsnapman.metainfo set val = 'YES'" >&2`);
    expect(await run({ tools })).toMatchObject({ outcome: 'ok' });
    expect(await flagNow()).toBe('YES');
  });

  it('takes back what was set before its snapshot, though it was another row when it was asked', async () => {
    await flag('YES');
    const job = dumpJobOf(instance, 'shop', { on_demand: true });
    const context = await worker.context();
    const demand = await readDemand({ job, instance }, context.sources);
    await cluster.psql('shop', `update pgsnapman.metainfo set val = 'YES'`);
    const task = { uuid: randomUUID(), job, instance, triggerKind: 'schedule' as const, dueAt: null, demand };
    expect(await takeDump(task, context)).toMatchObject({ outcome: 'ok' });
    expect(await flagNow()).toBe('NO');
  });

  it('that fails leaves the flag as it is', async () => {
    await flag('YES');
    expect(await run({ tools: await toolsThat('exit 1') })).toMatchObject({ outcome: 'failed' });
    expect(await flagNow()).toBe('YES');
  });
});

describe('a flag that cannot be set back is a warning', () => {
  it.each<[string, string, RegExp]>([
    [
      'a source that is read-only',
      'alter database shop set default_transaction_read_only = on',
      /stays YES, .*: the source is read-only$/,
    ],
    [
      'a table with code of somebody else',
      `create function pgsnapman.evil() returns trigger language plpgsql as 'begin create role pwned superuser; return new; end';
       create trigger evil before update on pgsnapman.metainfo for each row execute function pgsnapman.evil()`,
      /stays YES, .*without triggers, rules and policies$/,
    ],
    [
      'a check with code of somebody else',
      `create function pgsnapman.evil(text) returns boolean language plpgsql as 'begin create role pwned superuser; return true; end';
       alter table pgsnapman.metainfo add check (pgsnapman.evil(val)) not valid`,
      /stays YES, .*without triggers, rules and policies$/,
    ],
  ])('%s', async (_, sql, warning) => {
    await flag('YES');
    await cluster.psql('shop', sql);
    const result = await run();
    expect(result).toMatchObject({ outcome: 'ok_with_warnings', warnings: [expect.stringMatching(warning)] });
    expect(await flagNow()).toBe('YES');
    expect(await cluster.psql('postgres', `select count(*) from pg_roles where rolname = 'pwned'`)).toBe('0');
  });

  it('but a check of plain values is no hindrance', async () => {
    await flag('YES');
    await cluster.psql('shop', `alter table pgsnapman.metainfo add check (val in ('YES', 'NO', 'SCHEDULE'))`);
    expect(await run()).toMatchObject({ outcome: 'ok' });
    expect(await flagNow()).toBe('NO');
  });

  it('and what is no table is not even read: the dump is taken', async () => {
    await cluster.psql(
      'shop',
      `create schema pgsnapman;
       create function pgsnapman.evil() returns text language plpgsql as 'begin create role pwned superuser; return ''NO''; end';
       create view pgsnapman.metainfo as select 'TAKE_BACKUP'::text as key, pgsnapman.evil() as val`,
    );
    expect(await run()).toMatchObject({
      outcome: 'ok_with_warnings',
      warnings: [
        expect.stringMatching(/could not be read \(pgsnapman.metainfo\): it is no plain table .*; it was taken$/),
      ],
    });
    expect(await cluster.psql('postgres', `select count(*) from pg_roles where rolname = 'pwned'`)).toBe('0');
  });
});
