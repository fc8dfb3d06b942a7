import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DumpJob, Instance } from '../../src/core/model/configuration.ts';
import { exportDump } from '../../src/worker/repository/export-dump.ts';
import type { RunContext } from '../../src/worker/run/run-context.ts';
import { verifyDump } from '../../src/worker/verify/verify-dump.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createDumpingWorker, type DumpingWorker, processesOf, until } from '../support/dump-runs.ts';

let cluster: TestCluster;
let worker: DumpingWorker;
let instance: Instance;

const HOSTILE = `a=b 'q" ü\\$x`;
const PASSWORD = 'only its hash is anywhere';

beforeAll(async () => {
  cluster = await startTestCluster();
  worker = await createDumpingWorker();
  instance = instanceOf(cluster, 1, { maintenance_db: 'main=1 ü' });
  await cluster.psql(
    'postgres',
    `create role "Ro'le""ü" login password '${PASSWORD}'; create role plain login; create role grouped;
     grant grouped to "Ro'le""ü"; create database "main=1 ü"`,
  );
  await cluster.psql('postgres', `create database "a=b 'q"" ü\\$x" owner "Ro'le""ü"`);
  await cluster.psql(
    HOSTILE,
    `create table t (a text); insert into t values ('\\.'), (E'x\\ny'), ('CREATE ROLE no;');
     create table "two" (i int); insert into "two" select generate_series(1, 1000);
     create function f() returns text language sql as $_$ select 'COPY x FROM stdin;
CREATE ROLE y;
' $_$; create function g(int) returns int language sql begin atomic select $1; select 2; end;
     create rule r as on insert to t do also (select 1; select 2); select lo_from_bytea(0, '\\x01');
     comment on table t is E'a\\n\\\\! false\\n-- PostgreSQL database cluster dump complete'`,
  );
});
afterAll(async () => {
  await worker?.remove();
  await cluster?.remove();
});
afterEach(async () => expect(await worker.leftovers()).toEqual([]));

interface Change {
  job?: Partial<DumpJob>;
  context?: Partial<RunContext>;
  uuid?: string;
  from?: Instance;
}
const dump = ({ job, context, uuid, from = instance }: Change = {}) =>
  worker.dump(from, null, {
    job: { dump_type: 'cluster', ...job },
    ...(context === undefined ? {} : { context }),
    ...(uuid === undefined ? {} : { uuid }),
  });

/** Tools whose pg_dumpall is a shell script; `$REAL` in it is the real one. */
async function toolsWith(script: string) {
  const [real] = worker.tools;
  if (real === undefined) throw new Error('no Postgres client programs');
  const pgDumpall = join(worker.directory, `pg_dumpall-${randomUUID()}`);
  await writeFile(pgDumpall, `#!/bin/sh\nREAL='${real.pgDumpall}'\n${script}\n`);
  await chmod(pgDumpall, 0o700);
  return [{ ...real, pgDumpall }];
}

const verify = async (uuid: string, level: 2 | 3) => {
  await mkdir(join(worker.directory, 'staging'), { recursive: true });
  const { repository, tools } = worker;
  const parts = { repository, tools, version: '0', manifestSha256: null, now: () => new Date() };
  return verifyDump(uuid, level, { ...parts, stagingFolder: join(worker.directory, 'staging') });
};

describe('a dump of a whole cluster', () => {
  it('holds all databases and roles, is verified, and comes out as one file for psql', async () => {
    const result = await dump();
    expect(result).toMatchObject({
      outcome: 'ok',
      warnings: [],
      message: null,
      dbname: null,
      dump_type: 'cluster',
      table_count: 2,
      row_count: 1003,
      verified_level: 1,
    });
    expect(result.content?.roles).toEqual(['Ro\'le"ü', 'grouped', cluster.superuser, 'plain']);
    expect(result.content?.databases).toEqual(
      expect.arrayContaining([
        { name: HOSTILE, tables: 2, rows: 1003, bytes: expect.any(Number) },
        { name: 'main=1 ü', tables: 0, rows: 0, bytes: 0 },
      ]),
    );
    expect(await worker.repository.files(result.uuid)).toMatchObject([{ path: 'cluster.sql', role: 'sql_stream' }]);
    const facts = await worker.repository.clusterFacts(result.uuid);
    expect(facts.databases.map(({ name }) => name)).toContain(HOSTILE);
    expect(await verify(result.uuid, 2)).toMatchObject({ level: 2, failed: null });
    expect(await verify(result.uuid, 3)).toMatchObject({ level: 3, failed: null });
    const directory = join(worker.directory, 'exported');
    await exportDump(worker.repository, result.uuid, directory);
    const text = await readFile(join(directory, 'cluster.sql'), 'utf8');
    expect(text).toMatch(/PASSWORD 'SCRAM-SHA-256/);
    expect(text).toMatch(/database cluster dump complete\n--\n\n$/);
    expect(JSON.stringify(result)).not.toContain('SCRAM');
  });

  it('of schemas only has no rows', async () => {
    const result = await dump({ job: { dump_type: 'cluster_schema' } });
    expect(result).toMatchObject({ outcome: 'ok', dump_type: 'cluster_schema', table_count: 0, row_count: 0 });
    expect(await verify(result.uuid, 3)).toMatchObject({ failed: null });
  });

  it('names what it leaves out', async () => {
    await cluster.psql('postgres', 'create database closed allow_connections false');
    await cluster.psql('postgres', 'create database "line\nend"');
    await cluster.psql('postgres', 'create database shop_pgsnapman_0123abcd');
    const result = await dump();
    expect(result.warnings).toEqual([
      'database "closed" is left out: it allows no connections',
      'database "line\\nend" is left out: pg_dumpall takes no names with line ends',
    ]);
    expect(result.outcome).toBe('ok_with_warnings');
    expect(result.log_tail).toContain('shop_pgsnapman_0123abcd');
    expect(result.content?.databases?.map(({ name }) => name)).not.toContain('shop_pgsnapman_0123abcd');
    for (const name of ['closed', '"line\nend"', 'shop_pgsnapman_0123abcd']) {
      await cluster.psql('postgres', `drop database ${name}`);
    }
  });

  it('says so when it may not read the passwords', async () => {
    const from = { ...instance, username: 'plain' };
    await cluster.psql(HOSTILE, 'grant select on all tables in schema public to plain');
    const result = await dump({ from, job: { dump_type: 'cluster_schema' } });
    expect(result.warnings).toEqual([
      'passwords of roles are not in the dump: role "plain" may not read pg_catalog.pg_authid',
    ]);
  });
});

describe('a dump of a whole cluster that does not come to its end', () => {
  it.each([
    ['the end is missing', '"$REAL" "$@" | head -c 3000', /not whole: /],
    ['pg_dumpall fails at the end', '"$REAL" "$@"; exit 3', /exit code 3/],
    ['pg_dumpall is killed', '"$REAL" "$@"; kill -9 $$', /ended by signal SIGKILL/],
    ['a psql command has come in', 'echo "\\\\! id"; "$REAL" "$@"', /psql command that pg_dumpall does not write/],
  ])('is no dump: %s', async (_what, script, message) => {
    const uuid = randomUUID();
    const result = await dump({ uuid, context: { tools: await toolsWith(script) } });
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringMatching(message) });
    expect(await worker.repository.manifest(uuid)).toBeNull();
  });

  it('ends when a table is locked, and says by whom', async () => {
    const c = await cluster.connect(HOSTILE);
    await c.execute('begin; lock table t in access exclusive mode');
    const passing: true[] = [];
    const limits = { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 1_500 };
    const result = await dump({ context: { limits, onPassing: () => passing.push(true) } });
    await c.execute('rollback');
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringMatching(/lock/) });
    expect(passing).toHaveLength(1);
  });

  it('is ended with all of its processes and sessions when it is cancelled, and when it stands still', async () => {
    const c = await cluster.connect(HOSTILE);
    await c.execute('begin; lock table t in access exclusive mode');
    const uuid = randomUUID();
    const stop = new AbortController();
    const running = dump({ uuid, context: { signal: stop.signal } });
    await until(async () => (await processesOf(uuid)).length > 0, 'pg_dumpall runs');
    stop.abort();
    expect(await running).toMatchObject({ outcome: 'cancelled' });
    expect(await processesOf(uuid)).toEqual([]);
    const limits = { stallTimeoutMs: 1_000, lockWaitTimeoutMs: 60_000 };
    expect(await dump({ context: { limits } })).toMatchObject({
      outcome: 'stalled',
      message: expect.stringMatching(/pg_dumpall waited .*lock/),
    });
    await c.execute('rollback');
    const left = await cluster.psql(
      'postgres',
      `select count(*) from pg_stat_activity where application_name like 'pgsnapman %'`,
    );
    expect(left.trim()).toBe('0');
  });
});
