import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectionSettings, catalogConnection } from '../../../src/core/connection/connection-settings.ts';
import { type Connection, connect, connectCatalog, QueryError, sqlStateOf } from '../../../src/sql/connection.ts';
import { connectionSources } from '../../../src/sql/connection-sources.ts';
import { startTestCluster, type TestCluster } from '../../support/clusters.ts';

let cluster: TestCluster;
let folder: string;
const NAMES = ['plain', 'a=b', 'with space', 'quote"\'s', 'back\\slash', '-f', 'UPPER', 'ünïcode 🐘', 'new\nline'];
const HOSTILE = 'evil\u001b[31m\nname';

beforeAll(async () => {
  cluster = await startTestCluster({ loopback: true });
  folder = await mkdtemp(join(tmpdir(), 'conn-'));
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  await cluster.psql('postgres', NAMES.map((name) => `create database ${quoted(name)};`).join('\n'));
  await cluster.psql(
    'postgres',
    `create role alice login password 'right'; create database closed; revoke connect on database closed from public;`,
  );
});
afterAll(async () => {
  await cluster?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const overTcp = (changes: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  ...catalogConnection(cluster.tcpUrl('postgres', 'alice'), { env: {}, account: 'x', serviceFiles: [] }),
  ...changes,
});

async function failure(settings: ConnectionSettings, options = {}) {
  const connection = await connect(settings, options).catch((error: unknown) => error);
  if (connection instanceof Error) return connection;
  throw new Error('the connection was made');
}

describe('a connection that cannot be made says why in one sentence', () => {
  test('wrong password', async () => {
    const error = await failure(overTcp({ password: 'wrong' }));
    expect(error).toMatchObject({
      code: 'run_failed',
      reason: 'authentication',
      message: `login of role "alice" on 127.0.0.1:${cluster.port} was refused: password authentication failed for user "alice"`,
      hint: expect.stringContaining('.pgpass'),
    });
    expect(JSON.stringify(error) + error.message).not.toContain('wrong');
  });

  test('no password', async () => {
    const missing = join(folder, 'nothing');
    expect(await failure(overTcp({ passfile: missing }))).toMatchObject({
      reason: 'authentication',
      message: `login of role "alice" on 127.0.0.1:${cluster.port} was refused: the server asks for a password and none is known`,
      hint: `add a line host:port:database:user:password to ${missing} (mode 0600)`,
    });
  });

  test('unknown role', async () => {
    expect(await failure({ ...cluster.settings(), user: 'nobody here' })).toMatchObject({
      reason: 'authentication',
      message: expect.stringContaining('role "nobody here" does not exist'),
    });
  });

  test('unknown database', async () => {
    expect(await failure(cluster.settings('no such db'))).toMatchObject({
      code: 'run_failed',
      reason: 'no_database',
      message: `database "no such db" does not exist on ${cluster.socketDirectory}:${cluster.port}`,
    });
  });

  test('no right to connect', async () => {
    expect(await failure(cluster.settings('closed', 'alice'))).toMatchObject({
      reason: 'authentication',
      message: expect.stringContaining('permission denied for database "closed"'),
      hint: 'grant connect on the database',
    });
  });

  test('hostile names lose their control characters', async () => {
    const error = await failure(cluster.settings(HOSTILE));
    expect(error.message).toBe(
      `database "evil [31m name" does not exist on ${cluster.socketDirectory}:${cluster.port}`,
    );
  });

  test('server down, over TCP and over a socket', async () => {
    expect(await failure(overTcp({ port: 1 }))).toMatchObject({
      reason: 'unreachable',
      message: 'server 127.0.0.1:1 is not reachable: connection refused',
    });
    expect(await failure({ ...cluster.settings(), port: 1 })).toMatchObject({
      reason: 'unreachable',
      message: `server ${cluster.socketDirectory}:1 is not reachable: there is no such socket`,
    });
  });

  test('unknown host', async () => {
    expect(await failure(overTcp({ host: 'no-such-host.invalid' }))).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/^server no-such-host\.invalid:\d+ is not reachable: host name/),
    });
  });

  test('a server that accepts and never answers', async () => {
    const server = await listen(() => {});
    const error = await failure(overTcp({ port: portOf(server) }), { timeoutMs: 300 });
    expect(error).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('no answer within 0.3 s') });
    server.close();
  });

  test('a server that hangs up', async () => {
    const server = await listen((socket) => socket.destroy());
    const error = await failure(overTcp({ port: portOf(server), sslmode: 'disable' }));
    expect(error).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('is not reachable') });
    server.close();
  });

  test('TLS that the server does not offer', async () => {
    expect(await failure(overTcp({ password: 'right', sslmode: 'require' }))).toMatchObject({
      reason: 'tls',
      message: `server 127.0.0.1:${cluster.port} does not offer TLS, which sslmode "require" demands`,
    });
  });

  test('the catalog: the same sentences with the code of the catalog', async () => {
    const sources = { env: {}, account: 'x', serviceFiles: [] };
    await expect(connectCatalog(cluster.tcpUrl('postgres', 'alice', 'wrong'), sources)).rejects.toMatchObject({
      code: 'catalog_unreachable',
      reason: 'authentication',
      message: expect.stringMatching(/^catalog: login of role "alice"/),
    });
    await expect(connectCatalog('postgresql://x@127.0.0.1:1/x', sources)).rejects.toMatchObject({
      code: 'catalog_unreachable',
      reason: 'unreachable',
    });
    await expect(connectCatalog('nonsense', sources)).rejects.toMatchObject({ code: 'configuration' });
  });
});

const portOf = (server: Server): number => (server.address() as { port: number }).port;

function listen(onConnection: (socket: import('node:net').Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onConnection);
    server.unref().listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function once<T>(settings: ConnectionSettings, work: (c: Connection) => Promise<T>): Promise<T> {
  const connection = await connect(settings);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const whereAmI = (c: Connection) => c.row('select current_user as user, current_database() as dbname');

describe('a password file', () => {
  const path = () => join(folder, 'pgpass');

  test('gives the password, also with names that need escapes', async () => {
    await writeFile(path(), `other:*:*:*:wrong\n127.0.0.1:${cluster.port}:a=b:alice:right\n*:*:*:*:wrong\n`, {
      mode: 0o600,
    });
    await chmod(path(), 0o600);
    const settings = overTcp({ dbname: 'a=b', passfile: path() });
    expect(await once(settings, whereAmI)).toEqual({ user: 'alice', dbname: 'a=b' });
  });

  test('is found in the home directory', async () => {
    await writeFile(join(folder, '.pgpass'), '*:*:*:alice:right\n', { mode: 0o600 });
    const home = process.env.HOME;
    process.env.HOME = folder;
    try {
      expect(await once(overTcp(), whereAmI)).toEqual({ user: 'alice', dbname: 'postgres' });
    } finally {
      process.env.HOME = home;
    }
  });

  test('is refused when others can read it', async () => {
    await writeFile(path(), '*:*:*:*:right\n');
    await chmod(path(), 0o644);
    expect(await failure(overTcp({ passfile: path() }))).toMatchObject({
      reason: 'authentication',
      message: expect.stringContaining(`password file ${path()} can be read by others`),
      hint: `chmod 600 '${path()}'`,
    });
  });
});

describe('the tools of Postgres and we reach the same', () => {
  test.each(NAMES)('database %j', async (name) => {
    expect(await once(cluster.settings(name), whereAmI)).toEqual({ user: cluster.superuser, dbname: name });
    expect(await cluster.psql(name, 'select current_database()')).toBe(name);
  });

  test('sources are read from the environment and the service files', async () => {
    const file = join(folder, 'services');
    await writeFile(file, `[here]\nhost=${cluster.socketDirectory}\nport=${cluster.port}\nuser=alice\ndbname=plain\n`);
    const sources = connectionSources({ PGSERVICEFILE: file, PGSERVICE: 'here' });
    expect(await once(catalogConnection('libpq', sources), whereAmI)).toEqual({ user: 'alice', dbname: 'plain' });
    expect(await once(catalogConnection('postgresql:///a%3Db', sources), whereAmI)).toEqual({
      user: 'alice',
      dbname: 'a=b',
    });
  });
});

describe('sslmode', () => {
  test('prefer, allow and disable work with a server that has no TLS', async () => {
    for (const sslmode of ['prefer', 'allow', 'disable'] as const) {
      const settings = overTcp({ password: 'right', sslmode });
      expect(await once(settings, (c) => c.row('select ssl from pg_stat_ssl where pid = pg_backend_pid()'))).toEqual({
        ssl: false,
      });
    }
  });

  test('prefer reports the wrong password, not the missing TLS', async () => {
    expect(await failure(overTcp({ password: 'wrong', sslmode: 'prefer' }))).toMatchObject({
      reason: 'authentication',
    });
  });
});

describe('values', () => {
  test('arrive as the catalog and the model need them, whatever the server is set to', async () => {
    await cluster.psql(
      'postgres',
      `alter role alice set datestyle = 'German'; alter role alice set timezone = 'Asia/Tokyo'; alter role alice set intervalstyle = 'iso_8601'; alter role alice set bytea_output = 'escape'`,
    );
    const row = await once(cluster.settings('postgres', 'alice'), (c) =>
      c.row(`select 9007199254740991::int8 as big, timestamptz '2026-03-29 03:30:00.123+02' as at, interval '1 day 02:03' as span,
        date '2026-01-31' as day, time '20:00' as clock, array[1, null]::int8[] as bigs, array['a,"b', null] as texts,
        array['n']::name[] as names, '{"a": [1]}'::jsonb as json, '\\xff'::bytea as bytes, 1.50::numeric as decimal,
        null as nothing, true as yes, 1.5::float8 as float, '00000000-0000-0000-0000-000000000001'::uuid as uuid`),
    );
    expect(row).toEqual({
      big: 9007199254740991,
      at: new Date('2026-03-29T01:30:00.123Z'),
      span: '1 day 02:03:00',
      day: '2026-01-31',
      clock: '20:00:00',
      bigs: [1, null],
      texts: ['a,"b', null],
      names: ['n'],
      json: { a: [1] },
      bytes: Buffer.from([255]),
      decimal: '1.50',
      nothing: null,
      yes: true,
      float: 1.5,
      uuid: '00000000-0000-0000-0000-000000000001',
    });
  });

  test('a session finds no functions of others, and settings of the caller win', async () => {
    const plain = await once(cluster.settings(), (c) => c.row(`select current_setting('search_path') as path`));
    expect(plain).toEqual({ path: '' });
    const c = await connect(cluster.settings(), {
      session: { search_path: 'public', statement_timeout: '5s' },
      applicationName: 'me',
    });
    const row = await c.row(
      `select current_setting('search_path') as path, current_setting('statement_timeout') as timeout, current_setting('application_name') as name`,
    );
    expect(row).toEqual({ path: 'public', timeout: '5s', name: 'me' });
    expect(c.serverVersionNum).toBeGreaterThan(130_000);
    expect(c.backendPid).toBeGreaterThan(0);
    await c.close();
  });
});

describe('statements', () => {
  let c: Connection;
  beforeAll(async () => {
    c = await cluster.connect('plain');
    await c.script(
      'create table t (i int primary key check (i < 100)); insert into t values (1); insert into t values (2)',
    );
  });

  test('are sent one after the other, in the order of the calls', async () => {
    const results = await Promise.all([
      c.rows('select i, pg_sleep(0.05)::text from t order by i'),
      c.execute('update t set i = i + 10'),
      c.row('select min(i) as i from t'),
      c.execute('update t set i = i - 10'),
    ]);
    expect(results).toMatchObject([[{ i: 1 }, { i: 2 }], 2, { i: 11 }, 2]);
  });

  test('that fail are errors with SQLSTATE and constraint, never with row values', async () => {
    const error = await c.execute('insert into t values ($1)', [1]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ sqlState: '23505', constraint: 't_pkey', code: 'run_failed' });
    expect(sqlStateOf(error)).toBe('23505');
    expect(String(error)).not.toContain('(1)');
    expect(await c.row('select 1 as i')).toEqual({ i: 1 });
  });

  test('in a transaction are all or nothing', async () => {
    await expect(
      c.transaction(async () => {
        await c.execute('insert into t values (50)');
        await c.execute('insert into t values (500)');
      }),
    ).rejects.toMatchObject({ sqlState: '23514' });
    await c.transaction(() => c.execute('insert into t values (51)'));
    expect(await c.rows('select i from t where i >= 50')).toEqual([{ i: 51 }]);
  });

  test('a transaction whose failed statement was swallowed does not look committed', async () => {
    const work = c.transaction(async () => {
      await c.execute('insert into t values (60)');
      await c.execute('select 1/0').catch(() => {});
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await c.rows('select i from t where i = 60')).toEqual([]);
  });

  test('a transaction has the isolation that was asked for, and cannot be nested', async () => {
    const seen = await c.transaction(
      () =>
        c.row(
          `select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as ro`,
        ),
      { isolation: 'serializable', readOnly: true },
    );
    expect(seen).toEqual({ level: 'serializable', ro: 'on' });
    await expect(c.transaction(() => c.transaction(async () => {}))).rejects.toThrow('open');
    expect(await c.row('select 1 as i')).toEqual({ i: 1 });
  });

  test('notifications arrive', async () => {
    const other = await cluster.connect('plain');
    const heard = new Promise((resolve) => c.onNotification((channel, payload) => resolve({ channel, payload })));
    await c.script('listen news');
    await other.execute(`select pg_notify('news', 'hello')`);
    expect(await heard).toEqual({ channel: 'news', payload: 'hello' });
    await other.close();
  });
});

describe('a connection that is lost', () => {
  test('tells its listener once, and every later statement says so', async () => {
    const [victim, killer] = await Promise.all([cluster.connect(), cluster.connect()]);
    const losses: Error[] = [];
    const lost = new Promise<void>((resolve) =>
      victim.onLost((error) => {
        losses.push(error);
        resolve();
      }),
    );
    await killer.execute('select pg_terminate_backend($1)', [victim.backendPid]);
    await lost;
    await expect(victim.rows('select 1')).rejects.toMatchObject({ reason: 'unreachable', code: 'run_failed' });
    expect(losses).toHaveLength(1);
    expect(losses[0]?.message).toMatch(/^the connection to .* was lost: /);
    const late = new Promise((resolve) => victim.onLost(resolve));
    expect(await late).toBe(losses[0]);
    await Promise.all([victim.close(), killer.close()]);
  });

  test('fails the statement that was running, with the code that was asked for', async () => {
    const victim = await connectCatalog(cluster.url(), connectionSources({}));
    const killer = await cluster.connect();
    const running = expect(victim.rows('select pg_sleep(60)')).rejects.toMatchObject({
      code: 'catalog_unreachable',
      reason: 'unreachable',
    });
    await killer.execute('select pg_terminate_backend($1)', [victim.backendPid]);
    await running;
    await Promise.all([victim.close(), killer.close()]);
  });

  test('an answer that does not come in time is a loss, too', async () => {
    const c = await connect(cluster.settings(), { queryTimeoutMs: 200 });
    await expect(c.rows('select pg_sleep(60)')).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('no answer'),
    });
    await expect(c.rows('select 1')).rejects.toMatchObject({ reason: 'unreachable' });
    await c.close();
  });

  test('closing never throws, also twice and while something runs', async () => {
    const c = await cluster.connect();
    const running = c.rows('select pg_sleep(60)').catch(() => 'ended');
    await c.close();
    await c.close();
    expect(await running).toBe('ended');
  });
});
