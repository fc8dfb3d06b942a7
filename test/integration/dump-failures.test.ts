import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Instance } from '../../src/core/model/configuration.ts';
import { versionOfNumber } from '../../src/core/postgres/version.ts';
import { runChild } from '../../src/worker/process/run-child.ts';
import type { DumpIdentity, Repository } from '../../src/worker/repository/repository.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { createDumpingWorker, type DumpingWorker, processesOf, until } from '../support/dump-runs.ts';

let cluster: TestCluster;
let worker: DumpingWorker;
let instance: Instance;
const SHORT = { lockWaitTimeoutMs: 20_000, stallTimeoutMs: 1500 };

beforeAll(async () => {
  cluster = await startTestCluster({ loopback: true });
  worker = await createDumpingWorker();
  instance = instanceOf(cluster, 1);
  await cluster.psql(
    'postgres',
    'create role nobody login; create role reader login; create database shop; create database guarded',
  );
  await cluster.psql('postgres', 'grant pg_read_all_data to reader');
  await cluster.psql(
    'shop',
    `create schema s; create table s."T x" (a int); insert into s."T x" values (1);
     create table big as select i, repeat('x', 500) as t from generate_series(1, 120000) as i;
     create foreign data wrapper w; create server srv foreign data wrapper w;
     create user mapping for nobody server srv options (password 'secret')`,
  );
  await cluster.psql(
    'guarded',
    `create table r (a int); alter table r enable row level security; insert into r values (1)`,
  );
});
afterAll(async () => {
  await worker?.remove();
  await cluster?.remove();
});
afterEach(async () => {
  expect(await worker.leftovers()).toEqual([]);
  const left = await cluster.psql(
    'postgres',
    `select count(*) from pg_stat_activity where application_name ~ '^pgsnapman '`,
  );
  expect(left).toBe('0');
});

/** Nothing of the run is in the repository. */
async function expectNoDump(uuid: string): Promise<void> {
  expect(await worker.repository.manifest(uuid)).toBeNull();
}

/** Holds a table exclusively until told otherwise. */
async function locked(dbname: string, table: string): Promise<() => Promise<void>> {
  const connection = await cluster.connect(dbname);
  await connection.script(`begin; lock table ${table} in access exclusive mode`);
  return () => connection.close();
}

describe('a dump fails with a sentence and a hint', () => {
  it('when the database does not exist', async () => {
    const result = await worker.dump(instance, 'no such');
    expect(result).toMatchObject({ outcome: 'failed', verified_level: 0, manifest_sha256: null, content: null });
    expect(result.message).toMatch(/^database "no such" does not exist on .*; check the name/);
    await expectNoDump(result.uuid);
  });

  it('when the server is down', async () => {
    const result = await worker.dump({ ...instance, port: 1 }, 'shop');
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('is not reachable') });
  });

  it('when the password is wrong', async () => {
    const overTcp = { ...instance, host: '127.0.0.1' };
    const sources = { env: { PGPASSWORD: 'wrong' }, account: 'x', serviceFiles: [] };
    const result = await worker.dump(overTcp, 'shop', { context: { sources } });
    expect(result.message).toMatch(/was refused: password authentication failed/);
    const right = { ...sources, env: { PGPASSWORD: cluster.password } };
    expect(await worker.dump(overTcp, 'guarded', { context: { sources: right } })).toMatchObject({ outcome: 'ok' });
  });

  it('when every pg_dump is older than the server, naming the version that is needed', async () => {
    const tools = worker.tools.map((set) => ({ ...set, version: versionOfNumber(120_022) }));
    const result = await worker.dump(instance, 'shop', { context: { tools } });
    const major = result.server_version?.split('.')[0];
    expect(result.message).toMatch(`the newest pg_dump here is 12.22, but the server needs version ${major} or newer`);
    expect((await worker.dump(instance, 'shop', { context: { tools: [] } })).message).toContain(
      'no Postgres client programs',
    );
  });

  it('when the server has too few locks, naming a setting that suffices', { timeout: 60_000 }, async () => {
    const few = await startTestCluster({ settings: { max_locks_per_transaction: 10, max_connections: 10 } });
    try {
      await few.psql('postgres', 'create database "many tables"');
      await few.psql(
        'many tables',
        `do $$ begin for i in 1..1200 loop execute format('create table t%s (a int)', i);
           if i % 50 = 0 then commit; end if; end loop; end $$`,
      );
      const result = await worker.dump(instanceOf(few, 1), 'many tables');
      expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('not enough room') });
      expect(result.message).toMatch(/set max_locks_per_transaction = \d+ on the server/);
    } finally {
      await few.remove();
    }
  });

  it('when the role may not read a table, naming the grant', async () => {
    const result = await worker.dump({ ...instance, username: 'nobody' }, 'shop');
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/^role "nobody" has no permission for .*; grant pg_read_all_data to "nobody"$/);
    await expectNoDump(result.uuid);
  });

  it('when row-level security would keep rows away, also from a role that may read everything', async () => {
    const result = await worker.dump({ ...instance, username: 'reader' }, 'guarded');
    expect(result).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('row-level security of table "r"'),
    });
    expect(result.message).toContain('alter role "reader" bypassrls');
  });

  it('when the job asks for what this version does not take', async () => {
    const refused = async (job: object) => (await worker.dump(instance, 'shop', { job })).message;
    expect(await refused({ dump_type: 'script' })).toContain('the script of the job is not known to this worker');
    expect(await refused({ dump_type: 'script', options: ['--no-comments'] })).toContain('a script has no options');
    expect(await refused({ options: ['--file=/tmp/x'] })).toContain('option "--file=/tmp/x" is not allowed');
  });
});

describe('what pg_dump leaves out', () => {
  it('is a warning, in the result and in the manifest', async () => {
    await cluster.psql('shop', 'grant usage on schema s to reader');
    const result = await worker.dump({ ...instance, username: 'reader' }, 'shop');
    const warning =
      'options of the user mapping for "nobody" on server "srv" are not in the dump: the dumping role may not see them';
    expect(result).toMatchObject({ outcome: 'ok_with_warnings', warnings: [warning] });
    const found = await worker.repository.manifest(result.uuid);
    expect(found?.manifest).toMatchObject({ outcome: 'ok_with_warnings', warnings: [warning] });
  });

  it('of an instance that is not trusted, tools with known holes are a warning too', async () => {
    const tools = worker.tools.map((set) => ({ ...set, version: { ...set.version, minor: 0 } }));
    const result = await worker.dump({ ...instance, trusted: false }, 'guarded', { context: { tools } });
    expect(result).toMatchObject({
      outcome: 'ok_with_warnings',
      warnings: [expect.stringContaining('CVE-2026-18408')],
    });
  });
});

describe('a table that somebody holds', () => {
  it('fails the dump when the lock is not given in time, and says who has it', async () => {
    const release = await locked('shop', 's."T x"');
    const limits = { ...SHORT, lockWaitTimeoutMs: 3000, stallTimeoutMs: 60_000 };
    const result = await worker.dump(instance, 'shop', { context: { limits } });
    await release();
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(
      /^pg_dump did not get its lock in time: it waited for a lock on s\."T x", held by process \d+ \(user ".*", application "pgsnapman", begin, idle in transaction\); end the transaction/,
    );
  });

  it('stalls the dump when nothing happens for long enough, and says who has it', async () => {
    const release = await locked('shop', 's."T x"');
    const result = await worker.dump(instance, 'shop', { context: { limits: SHORT } });
    await release();
    expect(result.outcome).toBe('stalled');
    expect(result.message).toMatch(
      /^no progress for 1.5 seconds: pg_dump waited for a lock on s\."T x", held by process/,
    );
    await expectNoDump(result.uuid);
  });
});

describe('a dump that is cancelled', () => {
  it('while it waits ends pg_dump and its sessions', async () => {
    const release = await locked('shop', 's."T x"');
    const uuid = randomUUID();
    const controller = new AbortController();
    const running = worker.dump(instance, 'shop', { uuid, context: { signal: controller.signal } });
    await until(async () => (await processesOf(uuid)).length > 0, 'pg_dump runs');
    controller.abort();
    const result = await running;
    await release();
    expect(result).toMatchObject({ outcome: 'cancelled', message: 'the dump was cancelled' });
    expect(await processesOf(uuid)).toEqual([]);
    await expectNoDump(uuid);
  });

  it('before it begins does nothing, while it stores leaves nothing', async () => {
    const before = await worker.dump(instance, 'shop', { context: { signal: AbortSignal.abort() } });
    expect(before.outcome).toBe('cancelled');
    const controller = new AbortController();
    const storing = await worker.dump(instance, 'shop', {
      context: {
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.stage === 'storing') controller.abort();
        },
      },
    });
    expect(storing.outcome).toBe('cancelled');
    await expectNoDump(storing.uuid);
  });
});

describe('a pg_dump', () => {
  /** Waits until data are dumped, then sends a signal to one of the processes. */
  async function signalled(signal: NodeJS.Signals, which: 'leader' | 'worker', parallel: number) {
    const release = await locked('shop', 's."T x"'); // so that it cannot be done before the signal
    const uuid = randomUUID();
    const limits = { lockWaitTimeoutMs: 60_000, stallTimeoutMs: signal === 'SIGSTOP' ? 1500 : 60_000 };
    const running = worker.dump(instance, 'shop', { uuid, job: { parallel }, context: { limits } });
    await until(async () => (await processesOf(uuid)).length > 0, 'pg_dump runs');
    if (which === 'worker') {
      await release();
      await until(async () => (await processesOf(uuid)).length > parallel, 'its workers run');
    }
    const processes = await processesOf(uuid);
    process.kill((which === 'leader' ? processes[0] : processes.at(-1)) ?? 0, signal);
    const result = await running;
    await release();
    expect(await processesOf(uuid)).toEqual([]);
    await expectNoDump(uuid);
    return result;
  }

  it('that is killed makes no dump', async () => {
    const result = await signalled('SIGKILL', 'leader', 1);
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('ended by signal SIGKILL') });
  });

  it('one of whose workers is killed makes no dump', async () => {
    const result = await signalled('SIGKILL', 'worker', 2);
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining('a process of pg_dump died') });
  });

  it('that stands still is ended', async () => {
    const result = await signalled('SIGSTOP', 'leader', 2);
    expect(result.outcome).toBe('stalled');
  });

  it('whose session is ended on the server makes no dump', async () => {
    const release = await locked('shop', 's."T x"');
    const uuid = randomUUID();
    const running = worker.dump(instance, 'shop', { uuid });
    const end = `select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'pgsnapman ${uuid}' and query ~ '^LOCK TABLE' and wait_event_type = 'Lock'`;
    await until(async () => (await cluster.psql('postgres', end)) !== '0', 'it waits for the lock');
    const result = await running;
    await release();
    expect(result).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was lost: terminating connection'),
    });
  });

  it('that loses a lock in between is run again with one table at a time', async () => {
    const tools = await worker.toolsWith(`
      case "$*" in *--jobs=1*) exec "$REAL" "$@";; esac
      mkdir "$(echo "$*" | sed 's/.*--file=\\([^ ]*\\) .*/\\1/')"
      echo 'pg_dump: error: could not obtain lock on relation "public.big"' >&2
      exit 1`);
    const result = await worker.dump(instance, 'shop', { context: { tools } });
    expect(result).toMatchObject({ outcome: 'ok', row_count: 120_001 });
    expect(result.log_tail).toContain('trying again with one table at a time');
  });
});

describe('a pg_dump that says all is well makes no dump', () => {
  const spoiled: [string, string, RegExp][] = [
    [
      'when the data of a table are cut off',
      'f=$(ls -S "$d"/*.dat | grep -v toc | head -1); head -c 1000 "$f" > "$f.x"; mv "$f.x" "$f"',
      /does not end as it must/,
    ],
    [
      'when a file of data is empty',
      'f=$(ls -S "$d"/*.dat | grep -v toc | head -1); : > "$f"',
      /does not end as it must/,
    ],
    [
      'when a file of data is missing',
      'f=$(ls -S "$d"/*.dat | grep -v toc | head -1); rm "$f"',
      /file \d+\.dat of the dump is missing/,
    ],
    ['when the table of contents is missing', 'rm "$d/toc.dat"', /file toc\.dat of the dump is missing/],
    [
      'when the table of contents is cut off',
      'head -c 500 "$d/toc.dat" > "$d/x"; mv "$d/x" "$d/toc.dat"',
      /ends in the middle/,
    ],
    ['when it is none of pg_dump', 'echo hello > "$d/toc.dat"', /is none of pg_dump/],
    ['when there is nothing at all', 'rm -r "$d"', /file toc\.dat of the dump is missing/],
  ];

  it.each(spoiled)('%s', async (_name, spoil, message) => {
    // What it says comes after the damage: files that are complete would be taken before.
    const tools = await worker.toolsWith(`
      said=$(mktemp)
      "$REAL" "$@" 2>"$said" || exit
      d=$(echo "$*" | sed 's/.*--file=\\([^ ]*\\) .*/\\1/')
      ${spoil}
      cat "$said" >&2; rm "$said"`);
    const result = await worker.dump(instance, 'shop', { context: { tools } });
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringMatching(message) });
    await expectNoDump(result.uuid);
  });
});

describe('a repository that stands still', () => {
  it('stalls the dump', async () => {
    const { repository } = worker;
    const stuck: Repository = Object.create(repository, {
      begin: {
        value: async (identity: DumpIdentity) => {
          const writer = await repository.begin(identity);
          return { addFile: () => new Promise(() => {}), commit: writer.commit, abort: () => writer.abort() };
        },
      },
    });
    const result = await worker.dump(instance, 'guarded', { context: { repository: stuck, limits: SHORT } });
    expect(result).toMatchObject({
      outcome: 'stalled',
      message: 'no progress for 1.5 seconds: the dump waited for the repository',
    });
    await expectNoDump(result.uuid);
  });
});

describe('a full disk', () => {
  let small: string | null = null;
  beforeAll(async () => {
    const folder = join(tmpdir(), `small-${randomUUID()}`);
    await mkdir(folder);
    const args = ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder];
    const mounted = await runChild({ file: '/bin/mount', args, env: {} });
    if (mounted.exitCode === 0) small = folder;
    else await rm(folder, { recursive: true });
  });
  afterAll(async () => {
    if (small === null) return;
    await runChild({ file: '/bin/umount', args: [small], env: {} });
    await rm(small, { recursive: true });
  });

  it('under the staging folder fails the dump before it begins where that can be told', async ({ skip }) => {
    if (small === null) return skip('a small disk can only be mounted as root');
    const stagingDirectory = join(small, 'staging');
    await mkdir(stagingDirectory);
    const result = await worker.dump(instance, 'shop', { context: { stagingDirectory } });
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(
      /^no room for the dump in the staging folder: it needs at least \d.* MiB at once, 1\d.* MiB are free, \d.* MiB are missing/,
    );
    await expectNoDump(result.uuid);
  });

  it('under the staging folder fails the dump while it is taken', async ({ skip }) => {
    if (small === null) return skip('a small disk can only be mounted as root');
    await cluster.psql('postgres', 'create database thin');
    await cluster.psql('thin', `create table t as select repeat('x', 1000000) as t from generate_series(1, 40)`);
    const stagingDirectory = join(small, 'staging');
    const result = await worker.dump(instance, 'thin', { context: { stagingDirectory } });
    expect(result.message).toMatch(/^no space left on device while pg_dump wrote into the staging folder; free room/);
    await expectNoDump(result.uuid);
  });

  it('under the repository fails the dump; with room again the next one is good', async ({ skip }) => {
    if (small === null) return skip('a small disk can only be mounted as root');
    const here = await createDumpingWorker(small);
    const filler = join(small, 'filler');
    const run = (size: string) => runChild({ file: '/usr/bin/fallocate', args: ['-l', size, filler], env: {} });
    await run('15500k');
    const stagingDirectory = join(worker.directory, 'elsewhere');
    const dump = async () => {
      await mkdir(stagingDirectory, { recursive: true });
      return here.dump(instance, 'shop', { context: { stagingDirectory } });
    };
    await cluster.psql('shop', 'create table noise as select gen_random_uuid() as u from generate_series(1, 60000)');
    const failed = await dump();
    expect(failed).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/^no space left on device while storing (the dump|file .*) in the repository/),
    });
    expect((await here.repository.list()).manifests).toEqual([]);
    expect(await here.leftovers()).toEqual([]);
    await rm(filler);
    const good = await dump();
    expect(good.outcome).toBe('ok');
    await here.repository.materialize(good.uuid, join(worker.directory, randomUUID()));
    await rm(stagingDirectory, { recursive: true });
  });
});
