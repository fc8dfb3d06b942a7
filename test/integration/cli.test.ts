import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestTerminal } from '../e2e/terminal.ts';
import { builtProgram } from '../support/built-program.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog, startTestCluster, type TestCluster } from '../support/clusters.ts';
import { expectRefusal } from '../support/refusal.ts';
import { addDumpJob, addInstance, createWorkerHome } from '../support/worker-home.ts';

/** Names that SQL, shells, terminals and the arguments of Postgres tools could stumble over. */
const ODD_NAME = 'a=b "q" \'s\' ü\n-\t\\';

let catalog: Awaited<ReturnType<typeof startTestCatalog>>;
let cluster: TestCluster;
let home: CliHome;

beforeAll(async () => {
  [catalog, cluster] = await Promise.all([startTestCatalog(), startTestCluster()]);
  await cluster.psql('postgres', 'create database shop');
  await cluster.psql('shop', 'create table t as select generate_series(1, 1000) as id');
  const connection = await cluster.connect('postgres');
  await connection.execute(`create database "${ODD_NAME.replaceAll('"', '""')}"`);
  home = await createWorkerHome({ catalogUrl: catalog.catalogUrl });
  await addInstance(home, cluster, 'main');
});
afterAll(async () => {
  await home?.remove();
  await Promise.all([catalog?.remove(), cluster?.remove()]);
});

describe('catalog', () => {
  it('init on a catalog that is there is no error and changes nothing', async () => {
    expect((await home.ok(['catalog', 'init', '--json'])).json()).toMatchObject({ applied: [] });
    expect((await home.ok(['catalog', 'migrate'])).stdout).toMatch(/^the catalog is up to date: version \d+\n$/);
  });

  it('status says what is installed, also where nothing is', async () => {
    const status = (await home.ok(['catalog', 'status', '--json'])).json();
    expect(status).toMatchObject({ installed: true, pending: [], version: status.known });
    const env = { PGSNAPMAN_CATALOG_URL: catalog.url('postgres') };
    expect((await home.ok(['catalog', 'status', '--json'], { env })).json()).toMatchObject({ installed: false });
  });

  it('stop is for the embedded catalog only', async () => {
    expectRefusal(await home.run(['catalog', 'stop']), 2, /not the embedded one/);
  });
});

describe('add', () => {
  it('prints the new id alone, or with --json the object in the names of the catalog', async () => {
    expect((await home.ok(['worker', 'register', 'w2', '--timezone', 'Europe/Berlin'])).stdout).toMatch(/^\d+\n$/);
    const added = (await home.ok(['instance', 'add', '[::1]:5499', '--window', '20-6', '--json'])).json();
    expect(added).toMatchObject({ host: '::1', port: 5499, window_start: '20:00:00', window_end: '06:00:00' });
  });

  it('gives an instance the worker of this configuration, or the one that is named', async () => {
    const own = (await home.ok(['instance', 'add', 'own:1', '--json'])).json();
    const named = (await home.ok(['instance', 'add', 'named:1', '--worker', 'w2', '--json'])).json();
    const workers: { id: number; name: string }[] = (await home.ok(['worker', 'list', '--json'])).json();
    const nameOf = (id: number) => workers.find((worker) => worker.id === id)?.name;
    expect([nameOf(own.default_worker_id), nameOf(named.default_worker_id)]).toEqual(['w1', 'w2']);
  });

  it('says so if nobody will take the dumps of an instance', async () => {
    const added = await home.ok(['instance', 'add', 'lost:1'], { env: { PGSNAPMAN_WORKER: 'unknown' } });
    expect(added.stderr).toMatch(/has no worker yet/);
  });

  it('refuses by its readable name what a rule of the catalog forbids', async () => {
    expectRefusal(await home.run(['worker', 'register', 'w1']), 2, /worker name is unique/);
    expectRefusal(await home.run(['worker', 'register', 'a\nb']), 2, /worker name is plain text/);
  });

  it('writes every option of a dump job', async () => {
    const trigger = (
      await home.ok(['restorejob', 'add', '--on-trigger', '--to', 'main', '--db', 'copy'])
    ).stdout.trim();
    const schedule = ['--schedule', '30 3 * * mon-fri', '--timezone', 'UTC', '--keep', '7,1,0,0', '--keep-last', '3'];
    const what = ['--schema', 'A b', '--schema', 'c', '--table', 'public."T t"', '--option', '--exclude-table=x*'];
    const rest = ['--jobs', '4', '--worker', 'w2', '--on-demand', '--halted', '--comment', 'é', '--trigger', trigger];
    const job = (
      await home.ok(['dumpjob', 'add', '--instance', 'main', '--db', 'shop', ...schedule, ...what, ...rest, '--json'])
    ).json();
    expect(job).toMatchObject({
      dbname: 'shop',
      schedule: '30 3 * * mon-fri',
      timezone: 'UTC',
      keep_daily: 7,
      keep_weekly: 1,
      keep_monthly: 0,
      keep_yearly: 0,
      keep_last: 3,
      schemas: ['A b', 'c'],
      tables: ['public."T t"'],
      options: ['--exclude-table=x*'],
      parallel: 4,
      on_demand: true,
      status: 'halted',
      comment: 'é',
      job_type: 'repeat',
    });
    const shown = (await home.ok(['dumpjob', 'show', String(job.id), '--json'])).json();
    expect(shown.triggers).toEqual([Number(trigger)]);
  });

  it('writes every option of a restore job', async () => {
    const args = [
      '--latest-of',
      '1',
      '--to',
      'main',
      '--db',
      'copy',
      '--existing',
      'rename',
      '--no-roles',
      '--passwords',
    ];
    const maps = ['--tablespaces', '--map-role', 'a=b', '--map-role', '"c=d"=e', '--map-tablespace', 'x=y'];
    const rest = ['--schema', 's', '--schema-as', 't', '--properties', 'target', '--jobs', '3', '--accept-losses'];
    const options = ['--option', '--no-comments', '--once', '--at', '2031-01-01T03:00Z', '--comment', 'c'];
    const job = (await home.ok(['restorejob', 'add', ...args, ...maps, ...rest, ...options, '--json'])).json();
    expect(job).toMatchObject({
      latest_of_dump_job_id: 1,
      dest_dbname: 'copy',
      existing_db: 'rename',
      role_handling: 'none',
      passwords: true,
      tablespace_handling: 'use',
      role_map: { a: 'b', 'c=d': 'e' },
      tablespace_map: { x: 'y' },
      schemas: ['s'],
      schema_as: 't',
      properties: 'target',
      parallel: 3,
      accept_losses: true,
      options: ['--no-comments'],
      job_type: 'single',
      run_at: '2031-01-01T03:00:00.000Z',
      comment: 'c',
    });
  });

  it('leaves nothing behind if a part of it is refused', async () => {
    const before = (await home.ok(['dumpjob', 'list', '--json'])).json().length;
    const single = (
      await home.ok(['restorejob', 'add', '--latest-of', '1', '--to', 'main', '--db', 'x'])
    ).stdout.trim();
    const result = await home.run(['dumpjob', 'add', '--instance', 'main', '--db', 'shop', '--trigger', single]);
    expectRefusal(result, 2, /is not a triggered one/);
    expect((await home.ok(['dumpjob', 'list', '--json'])).json()).toHaveLength(before);
  });
});

describe('a database with an odd name', () => {
  it('is dumped, listed on one line, found by a pattern, and restored', async () => {
    const name = `--db=${ODD_NAME}`;
    const job = (await home.ok(['dumpjob', 'add', '--instance', 'main', name, '--halted'])).stdout.trim();
    const run = await home.ok(['dumpjob', 'run', job]);
    expect(run.stdout).toMatch(/^dump of a=b .*: ok, 0 tables, 0 rows, .*, took .*\n$/);
    const listed = await home.ok(['dump', 'list', '--quiet', '--job', job]);
    expect(listed.stdout.split('\n')).toHaveLength(2);
    expect(listed.stdout.split('\t')[4]).toBe('a=b "q" \'s\' ü\\n-\\t\\\\');
    const [dump] = (await home.ok(['dump', 'list', '--json', '--db', 'a=b*'])).json();
    expect(dump).toMatchObject({ dbname: ODD_NAME, outcome: 'ok', trigger_kind: 'manual' });
    expect((await home.ok(['dump', 'show', dump.uuid.slice(0, 18), '--json'])).json().id).toBe(dump.id);
    const target = ['--to', 'main', `--db=${ODD_NAME}2`, '--schedule', '@yearly'];
    const restore = await home.ok(['restorejob', 'add', '--dump', String(dump.id), ...target]);
    await home.ok(['restorejob', 'run', restore.stdout.trim()]);
    const [log] = (await home.ok(['restorelog', 'list', '--json'])).json();
    expect(log).toMatchObject({ dest_dbname: `${ODD_NAME}2`, outcome: 'ok', dump_id: dump.id });
    expect((await home.ok(['restorelog', 'show', String(log.id), '--json'])).json().uuid).toBe(log.uuid);
  });
});

describe('a copy job run by hand', () => {
  it('tells its dump and its restore, and ends with 21 if the restore failed', async () => {
    const restore = (
      await home.ok(['restorejob', 'add', '--on-trigger', '--to', 'main', '--db', 'by_hand'])
    ).stdout.trim();
    const job = (
      await home.ok(['dumpjob', 'add', '--instance', 'main', '--db', 'shop', '--halted', '--trigger', restore])
    ).stdout.trim();
    const first = await home.ok(['dumpjob', 'run', job]);
    expect(first.stdout).toMatch(
      /^dump of shop: ok, 1 table, 1,000 rows, .*\nrestore to by_hand on main: ok, 1 table, .*\n$/,
    );
    const second = await home.run(['dumpjob', 'run', job, '--json']);
    expect(second.exitCode).toBe(21);
    expect(second.json()).toMatchObject({ outcome: 'ok', restores: [{ outcome: 'failed' }] });
    expect(second.stderr).toMatch(/^error: restore to by_hand on main failed: .*"by_hand" exists/);
  });
});

describe('instance', () => {
  it('test connects in both ways and says which tools fit', async () => {
    const result = (await home.ok(['instance', 'test', 'main', '--json'])).json();
    const levels = Object.fromEntries(
      result.map(({ check, level }: { check: string; level: string }) => [check, level]),
    );
    expect(levels).toMatchObject({ connection: 'ok', rights: 'ok', tools: 'ok', 'tools connect': 'ok' });
  });

  it('test says which rights an ordinary role lacks', async () => {
    await cluster.psql('postgres', 'create role plain_reader login');
    await home.ok([
      'instance',
      'add',
      `${cluster.instance.host}:${cluster.port}`,
      '--name',
      'plain',
      '--user',
      'plain_reader',
      '--worker',
      'w2',
    ]);
    const findings = (await home.ok(['instance', 'test', 'plain', '--json'])).json();
    const rights = findings.find(({ check }: { check: string }) => check === 'rights');
    expect(rights).toMatchObject({ level: 'warning', text: expect.stringContaining('pg_read_all_data and BYPASSRLS') });
  });

  it('databases lists what is there now', async () => {
    const names = (await home.ok(['instance', 'databases', 'main', '--json']))
      .json()
      .map((row: { name: string }) => row.name);
    expect(names).toEqual(expect.arrayContaining(['postgres', 'shop', ODD_NAME]));
  });

  it('is found by host and port, and a reference that fits several is refused with the candidates', async () => {
    const address = `${cluster.instance.host}:${cluster.port}`;
    expectRefusal(await home.run(['instance', 'show', address]), 2, /may mean several: .*main.*plain/, /give the id/);
    expect((await home.ok(['instance', 'show', 'own:1', '--json'])).json().host).toBe('own');
  });
});

describe('standard output and standard error', () => {
  it('of a wrong command with --json are nothing and one JSON object', async () => {
    const result = await home.run(['instance', 'show', 'nowhere', '--json']);
    expect([result.exitCode, result.stdout]).toEqual([13, '']);
    expect(JSON.parse(result.stderr)).toEqual({
      code: 'not_found',
      message: expect.any(String),
      hint: expect.any(String),
    });
  });

  it('that nobody reads to the end are no error', async () => {
    const result = await home.run(['dumpjob', 'list', '--json'], {
      prefix: ['bash', '-c', '"$@" | head -c 10; exit "${PIPESTATUS[0]}"', 'pipe'],
    });
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
  });

  it('that can not be written do not look like success', async () => {
    const result = await home.run(['dumpjob', 'list'], { prefix: ['sh', '-c', '"$@" > /dev/full', 'full'] });
    expect(result.exitCode).toBe(70);
  });
});

describe('a question on a terminal', () => {
  const CTRL_C = '\x03';
  const CTRL_D = '\x04';

  it('is answered by y; anything else, Ctrl-C and Ctrl-D change nothing and end with 130', async () => {
    const id = await addDumpJob(home, 'main', 'shop');
    const answered = async (answer: string): Promise<{ exitCode: number; screen: string }> => {
      const argv = [await builtProgram(), 'dumpjob', 'delete', String(id), '--config', home.configFile];
      const terminal = new TestTerminal(process.execPath, argv, { env: { XDG_CACHE_HOME: home.directory } });
      await terminal.waitFor('[y/N]', 30_000);
      terminal.send(answer);
      const { exitCode } = await terminal.exited;
      return { exitCode, screen: terminal.screen() };
    };
    for (const answer of ['n\r', '\r', CTRL_C, CTRL_D]) {
      const { exitCode, screen } = await answered(answer);
      expect([exitCode, screen]).toEqual([130, expect.stringContaining('nothing was changed')]);
    }
    expect((await home.ok(['dumpjob', 'show', String(id), '--json'])).json()).toMatchObject({ id });
    expect(await answered('y\r')).toMatchObject({ exitCode: 0 });
    expect((await home.run(['dumpjob', 'show', String(id)])).exitCode).toBe(13);
  });
});

describe('the configuration file', () => {
  it('is refused if it holds a password and others can read it', async () => {
    const open = await createCliHome({ catalogUrl: 'postgresql://u:secret@127.0.0.1:1/x' });
    try {
      const refused = await open.run(['catalog', 'status']);
      expectRefusal(refused, 3, /holds a password/, /chmod 600/);
      expect(refused.stderr).not.toContain('secret');
      await chmod(open.configFile, 0o600);
      expectRefusal(await open.run(['catalog', 'status']), 10, /not reachable/);
    } finally {
      await open.remove();
    }
  });

  it('that is no TOML, or has a wrong key, is told by file and key', async () => {
    const file = join(home.directory, 'wrong.toml');
    await writeFile(file, '[catalog]\nulr = "local"\n');
    const env = { PGSNAPMAN_CONFIG: file };
    expectRefusal(
      await home.run(['dump', 'list'], { env, withoutConfiguration: true }),
      3,
      /wrong\.toml.*catalog\.ulr/,
      /catalog\.url/,
    );
  });

  it('is not needed if the environment says where the catalog is', async () => {
    const env = { PGSNAPMAN_CATALOG_URL: catalog.catalogUrl, PGSNAPMAN_ROOT: home.root };
    expect((await home.ok(['worker', 'run'], { env, withoutConfiguration: true })).stdout).toBe('');
  });
});

describe('the embedded catalog', () => {
  it('is made, stopped, and started again by whoever needs it', async () => {
    const local = await createCliHome({ worker: 'w1' });
    try {
      expectRefusal(await local.run(['dump', 'list']), 10, /there is no embedded catalog/, /catalog init/);
      expect((await local.ok(['catalog', 'init'])).stdout).toMatch(/^the catalog is created/);
      await local.ok(['catalog', 'stop']);
      await local.ok(['catalog', 'stop']);
      const lists = await Promise.all([local.run(['worker', 'list']), local.run(['worker', 'list'])]);
      expect(lists.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect((await stat(local.root)).mode & 0o066).toBe(0);
    } finally {
      await local.remove();
    }
  });
});

describe('a run that is asked to end', () => {
  /** Holds up every dump of `shop` until it is released. */
  async function locked(): Promise<() => Promise<void>> {
    const holder = await cluster.connect('shop');
    await holder.script('begin; lock table t in access exclusive mode');
    return () => holder.close();
  }

  async function someoneWaits(): Promise<void> {
    const waiting = "select count(*) from pg_stat_activity where datname = 'shop' and wait_event_type = 'Lock'";
    while ((await cluster.psql('postgres', waiting)) === '0') await sleep(50);
  }

  it.each([
    ['Ctrl-C', 'SIGINT', (id: string) => ['dumpjob', 'run', id]],
    ['a shutdown', 'SIGTERM', () => ['worker', 'run']],
  ] as const)('by %s ends in order, with 130 and a dump that is cancelled', async (_, signal, command) => {
    const added = await home.ok(['dumpjob', 'add', '--instance', 'main', '--db', 'shop', '--once']);
    const id = added.stdout.trim();
    const release = await locked();
    const { child, finished } = await home.start(command(id));
    try {
      await someoneWaits();
      child.kill(signal);
      expect((await finished).exitCode).toBe(130);
    } finally {
      await release();
      await finished;
    }
    const [dump] = (await home.ok(['dump', 'list', '--json', '--job', id])).json();
    expect(dump).toMatchObject({ outcome: 'cancelled', state: null });
    expect((await home.ok(['activity', 'list', '--json'])).json()).toEqual([]);
  });
});
