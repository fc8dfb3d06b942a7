import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS } from '../../src/core/faults.ts';
import { type CliHome, type CliProcess, createCliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { until } from '../support/dump-runs.ts';
import { expectRefusal } from '../support/refusal.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let cluster: TestCluster;
let home: CliHome;
/** A machine with the manager only: it reaches the catalog and has no worker. */
let laptop: CliHome;
const started: CliProcess[] = [];

const sql = (text: string): Promise<string> => catalog.psql('catalog', text);

beforeAll(async () => {
  [catalog, cluster] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql('shop', 'create table t as select generate_series(1, 1000) as id');
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  laptop = await createCliHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, cluster, 'main');
});
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all([home?.remove(), laptop?.remove()]);
  await Promise.all([catalog?.remove(), cluster?.remove()]);
});

describe('edit', () => {
  it('changes what its options say and nothing else, and puts back what is unset', async () => {
    const id = String(await addDumpJob(home, 'main', 'shop', '--schedule', '0 3 * * *', '--comment', 'x'));
    const edited = await home.ok([
      'dumpjob',
      'edit',
      id,
      '--keep',
      '1,2,3,4',
      '--timezone',
      'UTC',
      '--on-demand',
      '--json',
    ]);
    expect(edited.json()).toMatchObject({
      keep_daily: 1,
      keep_yearly: 4,
      timezone: 'UTC',
      on_demand: true,
      comment: 'x',
    });
    await home.ok([
      'dumpjob',
      'edit',
      id,
      '--once',
      '--at',
      '2030-01-01T00:00Z',
      '--no-on-demand',
      '--unset',
      'timezone',
    ]);
    const job = (await home.ok(['dumpjob', 'show', id, '--json'])).json();
    expect(job).toMatchObject({ job_type: 'single', schedule: null, timezone: null, on_demand: false, keep_daily: 1 });
    const trigger = await home.ok(['restorejob', 'add', '--on-trigger', '--to', 'main', '--db', 'copy']);
    await home.ok(['dumpjob', 'edit', id, '--trigger', trigger.stdout.trim()]);
    const unset = await home.ok(['dumpjob', 'edit', id, '--unset', 'trigger', '--json']);
    expect(unset.json().triggers).toEqual([]);
    await home.ok(['instance', 'edit', 'main', '--window', '1-2', '--auto-add', 'halted', '--max-parallel', '3']);
    await home.ok(['instance', 'edit', 'main', '--unset', 'max-parallel', '--auto-add', 'off', '--untrusted']);
    expect((await home.ok(['instance', 'show', 'main', '--json'])).json()).toMatchObject({
      window_start: '01:00:00',
      auto_add: 'off',
      max_parallel: null,
      trusted: false,
    });
    await home.ok([
      'worker',
      'edit',
      'w1',
      '--catch-up',
      '2h',
      '--timezone',
      'Europe/Berlin',
      '--max-parallel-dumps',
      '4',
    ]);
    expect((await home.ok(['worker', 'edit', 'w1', '--unset', 'timezone', '--json'])).json()).toMatchObject({
      catch_up_ms: 7_200_000,
      timezone: null,
      max_parallel_dumps: 4,
    });
    await home.ok(['dumpjob', 'delete', id, '--yes']);
  });

  it('may trust an instance again', async () => {
    expect((await home.ok(['instance', 'edit', 'main', '--trusted', '--json'])).json().trusted).toBe(true);
  });

  it('refuses what means nothing before it looks anything up', async () => {
    const nowhere = { env: { PGSNAPMAN_CATALOG_URL: 'postgresql://127.0.0.1:1/x' } };
    expectRefusal(await home.run(['dumpjob', 'edit', '1'], nowhere), 2, /nothing is to be changed/);
    expectRefusal(await home.run(['dumpjob', 'edit', 'one', '--jobs', '2'], nowhere), 2, /id of a dump job/);
    expectRefusal(await home.run(['dumpjob', 'edit', '1', '--unset', 'id'], nowhere), 2, /to unset/);
    expectRefusal(await home.run(['dumpjob', 'edit', '99', '--jobs', '2']), 13, /no dump job 99/);
    expectRefusal(await home.run(['instance', 'edit', 'main', '--name', 'a\tb']), 2, /instance name is plain text/);
    expectRefusal(await home.run(['dumpjob', 'edit', '1', '--option=--file=/tmp/x'], nowhere), 2, /not allowed/);
  });
});

describe('halt and activate', () => {
  it('take several, say how many changed, and let a finished single job run again', async () => {
    const [a, b] = [await addDumpJob(home, 'main', 'shop'), await addDumpJob(home, 'main', 'postgres')].map(String);
    expect((await home.ok(['dumpjob', 'halt', String(a), String(b)])).stdout).toBe('2 dump jobs halted\n');
    expect((await home.ok(['dumpjob', 'halt', String(a)])).stdout).toMatch(/^0 dump jobs halted, 1 was so already/);
    expectRefusal(await home.run(['dumpjob', 'activate', String(a), '98']), 13, /no dump job 98/);
    expect((await home.ok(['dumpjob', 'show', String(a), '--json'])).json().status).toBe('halted');
    expect((await home.ok(['instance', 'halt', 'main', '--json'])).json()).toMatchObject([
      { status: 'halted', changed: true },
    ]);
    await home.ok(['instance', 'activate', 'main']);
    const once = String(await addDumpJob(home, 'main', 'shop', '--once'));
    await home.ok(['worker', 'run']);
    await home.ok(['dumpjob', 'activate', once]);
    await home.ok(['worker', 'run']);
    expect((await home.ok(['dump', 'list', '--job', once, '--json'])).json()).toHaveLength(2);
    for (const id of [a, b]) await home.ok(['dumpjob', 'delete', String(id), '--yes']);
  });
});

describe('what destroys something', () => {
  it('refuses where nobody can be asked, before it looks anything up', async () => {
    const nowhere = { env: { PGSNAPMAN_CATALOG_URL: 'postgresql://127.0.0.1:1/x' } };
    for (const command of [
      'worker delete w1',
      'instance delete main',
      'dumpjob delete 1',
      'dumpjob clear-dumps 1',
      'activity cancel 1',
    ]) {
      expectRefusal(await home.run(command.split(' '), nowhere), 2, /needs a confirmation/, /--yes/);
    }
  });

  it('leaves what is in use alone, and marks dumps for removal', async () => {
    const id = String(await addDumpJob(home, 'main', 'shop', '--once'));
    await home.ok(['worker', 'run']);
    expectRefusal(await home.run(['instance', 'delete', 'main', '--yes']), 2, /is used by \d+ dump job/);
    expectRefusal(await home.run(['worker', 'delete', 'w1', '--yes']), 2, /is used by 1 instance/);
    expect((await home.ok(['dumpjob', 'clear-dumps', id, '--yes', '--json'])).json()).toMatchObject({ marked: 1 });
    expect(await sql(`select keep from pgsnapman.dump where dump_job_id = ${id}`)).toBe('no');
    await home.ok(['dumpjob', 'delete', id, '--with-dumps', '--yes']);
    expectRefusal(await home.run(['dumpjob', 'show', id]), 13, /no dump job/);
    const spare = (await home.ok(['instance', 'add', 'spare:1', '--json'])).json();
    expect((await home.ok(['instance', 'delete', String(spare.id), '--yes'])).stdout).toMatch(
      /^deleted instance spare:1/,
    );
  });
});

describe('the crontab', () => {
  it('gets one line, once, and keeps all others', async () => {
    const file = join(home.directory, 'crontab');
    const bin = join(home.directory, 'bin');
    await makeFolder(bin);
    const script = `#!/bin/sh
case "$1" in
-l) if [ -e '${file}' ]; then cat '${file}'; else echo "no crontab for me" >&2; exit 1; fi;;
-) cat > '${file}';;
esac`;
    await writeFile(join(bin, 'crontab'), script);
    await chmod(join(bin, 'crontab'), 0o755);
    const env = { PATH: `${bin}:/usr/bin:/bin` };
    expect((await home.ok(['worker', 'install-cron'], { env })).stdout).toMatch(
      /^added to the crontab: \* \* \* \* \* /,
    );
    const line = await readFile(file, 'utf8');
    expect(line).toMatch(/^\* \* \* \* \* \S+ \S+pgsnapman\.js worker run --config \S+ # pgsnapman worker in .*\n$/);
    await writeFile(file, `0 0 * * * mine\n${line}MAILTO=x\n`);
    expect((await home.ok(['worker', 'install-cron', '--json'], { env })).json().changed).toBe(false);
    await home.ok(['worker', 'install-cron', '--remove'], { env });
    expect(await readFile(file, 'utf8')).toBe('0 0 * * * mine\nMAILTO=x\n');
    expectRefusal(await home.run(['worker', 'install-cron'], { env: { PATH: '/nowhere' } }), 3, /no crontab command/);
  });
});

async function makeFolder(path: string): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(path, { recursive: true });
}

describe('a daemon', () => {
  it('runs jobs as they come, answers another machine, survives the catalog going away, and ends in order', async () => {
    const daemon = await home.start(['worker', 'daemon']);
    started.push(daemon);
    await until(
      async () =>
        (await sql(`select count(*) from pg_stat_activity where application_name = 'pgsnapman daemon'`)) === '1',
      'it listens',
    );
    const id = String(await addDumpJob(laptop, 'main', 'shop', '--once'));
    await until(
      async () => (await sql(`select finished_at is not null from pgsnapman.dump_job where id = ${id}`)) === 't',
      'the job ran',
    );

    const ran = await laptop.run(['dumpjob', 'run', id]);
    expect([ran.exitCode, ran.stdout], ran.stderr).toEqual([
      0,
      expect.stringMatching(/^dump of shop: ok, 1 table, 1,000 rows/),
    ]);
    const asked = await laptop.ok(['dumpjob', 'run', id, '--no-wait', '--json']);
    expect(asked.json()).toMatchObject({ kind: 'run_dump_job', state: 'waiting' });
    const nowhere = String(await addDumpJob(laptop, 'main', 'nowhere', '--halted'));
    expectRefusal(await laptop.run(['dumpjob', 'run', nowhere]), 20, /dump of nowhere failed/);
    expectRefusal(await laptop.run(['dumpjob', 'run', '97']), 13, /no dump job 97/);

    await catalog.stop('immediate');
    await catalog.start();
    await until(
      async () =>
        (await sql(`select count(*) from pg_stat_activity where application_name = 'pgsnapman daemon'`)) === '1',
      'it listens again',
    );
    await home.ok(['dumpjob', 'activate', id]);
    await until(
      async () => (await sql(`select finished_at is not null from pgsnapman.dump_job where id = ${id}`)) === 't',
      'the job ran again',
    );
    expect((await home.ok(['worker', 'status', '--json'])).json()).toMatchObject({
      name: 'w1',
      status: 'active',
      running: [],
    });

    const blocker = await cluster.connect('shop');
    await blocker.script('begin; lock table t in access exclusive mode');
    const follow = await laptop.start(['message', 'list', '--follow', '--level', 'warning']);
    started.push(follow);
    await home.ok(['dumpjob', 'activate', id]);
    await until(async () => (await sql('select count(*) from pgsnapman.activity')) === '1', 'the dump runs');
    const activity = await sql('select id from pgsnapman.activity');
    await laptop.ok(['activity', 'cancel', activity, '--yes']);
    await until(
      async () => (await sql(`select count(*) from pgsnapman.dump where outcome = 'cancelled'`)) === '1',
      'it is cancelled',
    );
    await home.ok(['dumpjob', 'activate', id]);
    await until(async () => (await sql('select count(*) from pgsnapman.activity')) === '1', 'the dump runs');
    daemon.child.kill('SIGTERM');
    expect((await daemon.finished).exitCode).toBe(0);
    expect(await sql(`select count(*) from pgsnapman.dump where outcome = 'cancelled'`)).toBe('2');
    await blocker.close();
    await until(
      async () => (await sql(`select count(*) from pgsnapman.message where text like '%cancelled'`)) === '2',
      'both are told',
    );
    follow.child.kill('SIGINT');
    expect((await follow.finished).stdout.match(/was cancelled/g)?.length).toBeGreaterThanOrEqual(1);
  });
});

describe('a question to a worker that is named', () => {
  /** What the laptop prints; the worker's next ticks answer. */
  async function asked(...words: string[]) {
    const question = await laptop.start([...words, '--worker', 'w1', '--json']);
    started.push(question);
    const waiting = async () => (await sql(`select count(*) from pgsnapman.request where state = 'waiting'`)) !== '0';
    await until(waiting, 'it is asked');
    await home.run(['worker', 'run']);
    const { exitCode, stdout } = await question.finished;
    return { exitCode, json: JSON.parse(stdout) };
  }

  it('is answered on a machine that has no worker, as it would be there', async () => {
    await home.ok(['dumpjob', 'run', String(await addDumpJob(home, 'main', 'shop', '--schedule', '0 3 1 1 *'))]);
    const status = (await home.ok(['repo', 'status', '--json'])).json();
    const there = await asked('repo', 'status');
    expect(there.exitCode).toBe(0);
    expect(status).toMatchObject({
      repository_id: there.json.repository_id,
      dump_count: there.json.dump_count,
      raw_bytes: there.json.raw_bytes,
    });
    expect(await asked('repo', 'check', '--read-data')).toMatchObject({
      exitCode: 0,
      json: { dumps: status.dump_count, problems: [] },
    });
    expect(await asked('repo', 'prune', '--dry-run')).toMatchObject({ exitCode: 0, json: { dry_run: true } });
    const { json: findings } = await asked('worker', 'doctor');
    expect(findings).toEqual(expect.arrayContaining([expect.objectContaining({ check: 'worker', level: 'ok' })]));
    const { json: tests } = await asked('instance', 'test', 'main');
    expect(tests).toEqual(expect.arrayContaining([expect.objectContaining({ check: 'connection', level: 'ok' })]));
    const { json: databases } = await asked('instance', 'databases', 'main');
    expect(databases.map(({ name }: { name: string }) => name)).toContain('shop');
  });

  it('is answered at once where that worker is at home, and refused when nobody knows it', async () => {
    const here = (await home.ok(['repo', 'status', '--worker', 'w1', '--json'])).json();
    expect(here).toMatchObject({ directory: expect.any(String) });
    expectRefusal(await laptop.run(['repo', 'status', '--worker', 'nobody']), 13, /nobody/);
  });
});

describe('a worker that is killed while it answers', () => {
  it.each(Object.keys(FAULT_POINTS).filter((point) => point.startsWith('request.')))(
    'at %s answers with the next tick, and has done what was asked for once',
    async (point) => {
      const id = await addDumpJob(home, 'main', 'shop', '--halted');
      const asked = await sql(`insert into pgsnapman.request (worker_id, kind, arguments)
        values (1, 'run_dump_job', '{"job_id": ${id}}') returning id`);
      const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
      expect((await home.run(['worker', 'run'], { env })).exitCode).toBeNull();
      expect(await sql(`select state from pgsnapman.request where id = ${asked}`)).toBe('running');
      await home.ok(['worker', 'run']);
      expect(
        await sql(`select state, answer -> 'result' ->> 'outcome' from pgsnapman.request where id = ${asked}`),
      ).toBe('done|ok');
      expect(await sql(`select count(*) from pgsnapman.dump where dump_job_id = ${id}`)).toBe('1');
    },
  );
});

describe('database list', () => {
  it('shows what was found, and what no job covers', async () => {
    await addDumpJob(home, 'main', 'shop');
    await sql(`insert into pgsnapman.request (worker_id, kind) values (1, 'discover')`);
    await home.ok(['worker', 'run']);
    const all: { name: string; covered: boolean }[] = (await home.ok(['database', 'list', '--json'])).json();
    expect(all.map(({ name, covered }) => [name, covered])).toEqual([
      ['postgres', false],
      ['shop', true],
    ]);
    expect((await home.ok(['database', 'list', '--uncovered', '--db', 'p*', '--quiet'])).stdout).toMatch(
      /^main\tpostgres\t/,
    );
  });
});
