import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Instance } from '../../src/core/model/configuration.ts';
import type { DumpResult } from '../../src/core/model/results.ts';
import { type Connection, ConnectionError } from '../../src/sql/connection.ts';
import { atStage } from '../support/at-stage.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { psqlNow } from '../support/psql-now.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

const NAME = `ö"live" ${'ü'.repeat(26)}x`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const Q = quoted(NAME);

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let to: Instance;
let dump: DumpResult;

beforeAll(async () => {
  [source, target] = await Promise.all([
    startTestCluster(),
    startTestCluster({ settings: { wal_level: 'logical', max_prepared_transactions: '2', max_connections: '90' } }),
  ]);
  worker = await createTestWorker();
  to = instanceOf(target, 2, { name: 'to' });
  await source.psql('postgres', 'create role app; create database shop owner app');
  await source.psql(
    'shop',
    `create table version (v int); insert into version values (2);
     create table more (a int, b text); insert into more select i, repeat(i::text, 20) from generate_series(1, 3000) i;
     alter table version owner to app; alter table more owner to app; grant select on version to public`,
  );
  await source.psql(
    'postgres',
    `alter database shop set work_mem = '9MB'; comment on database shop is 'from the source'`,
  );
  dump = await worker.dump(instanceOf(source, 1, { name: 'from' }), 'shop');
  expect(dump.outcome).toBe('ok');
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), worker?.remove()]);
});

const databases = (): Promise<string> =>
  target.psql(
    'postgres',
    `select coalesce(string_agg(datname || case when datallowconn then '' else ' (closed)' end, ' | ' order by datname), '')
    from pg_database where not datistemplate and datname <> 'postgres'`,
  );
const oidOf = async (name: string): Promise<number> =>
  Number(await target.psql('postgres', `select oid from pg_database where datname = $n$${name}$n$`));

/** A complete old database, and nothing else. */
beforeEach(async () => {
  const names = await target.psql(
    'postgres',
    `select datname from pg_database where not datistemplate and datname <> 'postgres'`,
  );
  for (const name of names.split('\n').filter((line) => line !== '')) {
    await target.psql('postgres', `drop database ${quoted(name)} with (force)`);
  }
  await target.psql('postgres', 'drop role if exists boss; create role boss');
  await target.psql('postgres', `create database ${Q} owner boss connection limit 77`);
  await target.psql(
    'postgres',
    `alter database ${Q} set work_mem = '5MB'; revoke connect on database ${Q} from public`,
  );
  await target.psql('postgres', `comment on database ${Q} is 'the old one'`);
  await target.psql(NAME, 'create table version (v int); insert into version values (1)');
});

const properties = (name: string): Promise<string> =>
  target.psql(
    'postgres',
    `select pg_get_userbyid(datdba) || '|' || datconnlimit || '|' || coalesce(datacl::text, '-') || '|'
      || coalesce(shobj_description(d.oid, 'pg_database'), '-') || '|' || coalesce(s.setconfig::text, '-')
    from pg_database d left join pg_db_role_setting s on s.setdatabase = d.oid and s.setrole = 0 where datname = $n$${name}$n$`,
  );

describe('an existing database', () => {
  test('is left alone by default', async () => {
    const result = await worker.restore(dump.uuid, to, NAME);
    expect(result.message).toMatch(
      /exists already on to; choose another name .* existing_db rename, drop or drop_before$/,
    );
    expect(await databases()).toBe(NAME);
  });

  test('is kept under another name within 63 bytes, open as before, and the new one keeps its properties', async () => {
    const [oid, before] = [await oidOf(NAME), await properties(NAME)];
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'rename' });
    expect(result).toMatchObject({ outcome: 'ok', message: null, warnings: [], undo_oid: oid });
    expect(result.undo_dbname).toMatch(/^ö"live" ü+_pgsnapman_old_\d{8}_\d{6}$/);
    expect(Buffer.byteLength(result.undo_dbname ?? '')).toBeLessThanOrEqual(63);
    expect(await databases()).toBe([result.undo_dbname, NAME].join(' | '));
    expect(await target.psql(NAME, 'select v from version')).toBe('2');
    expect(await target.psql(result.undo_dbname ?? '', 'select v from version')).toBe('1');
    expect(await properties(NAME)).toBe(before);
    expect(await properties(result.undo_dbname ?? '')).toBe(before);
  });

  test('gives way to one with the properties of the source, if the job says so', async () => {
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'rename', properties: 'source' });
    expect(result.outcome).toBe('ok');
    expect(await properties(NAME)).toBe('app|-1|{=Tc/app,app=CTc/app}|from the source|{work_mem=9MB}');
  });

  test('keeps what its administrator has set while the restore was running', async () => {
    const onProgress = atStage('analyzing', () =>
      psqlNow(target, 'postgres', `alter database ${Q} set work_mem = '6MB'`),
    );
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'drop' }, { onProgress });
    expect(result.outcome).toBe('ok');
    expect(await properties(NAME)).toContain('work_mem=6MB');
  });

  test.each(['drop', 'drop_before'] as const)('is gone after the restore with %s', async (existing_db) => {
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db });
    expect(result).toMatchObject({ undo_dbname: null, undo_oid: null, message: null });
    expect(result.warnings).toEqual(
      existing_db === 'drop' ? [] : [`database "${NAME}" is dropped before the restore: if that fails, there is none`],
    );
    expect(await databases()).toBe(NAME);
    expect(await target.psql(NAME, 'select v from version')).toBe('2');
    expect(await properties(NAME)).toMatch(/^boss\|77\|/);
  });

  test('that somebody replaces while the restore is running is not touched', async () => {
    const onProgress = atStage('analyzing', () => {
      psqlNow(target, 'postgres', `drop database ${Q}`);
      psqlNow(target, 'postgres', `create database ${Q}`);
    });
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'drop' }, { onProgress });
    expect(result.message).toMatch(/is not the one any more that it was when the work began/);
    expect(await databases()).toBe(NAME);
  });
});

describe('refused before anything happens', () => {
  const refusal = async (existing_db: 'rename' | 'drop', change: Partial<Instance> = {}): Promise<string | null> => {
    const result = await worker.restore(dump.uuid, { ...to, ...change }, NAME, { existing_db });
    expect(result.outcome).toBe('failed');
    expect(await databases()).toBe(NAME);
    expect(await target.psql(NAME, 'select v from version')).toBe('1');
    return result.message;
  };

  test('a prepared transaction', async () => {
    await target.psql(NAME, `begin; insert into version values (3); prepare transaction 'half done'`);
    expect(await refusal('rename')).toMatch(/has prepared transactions: "half done"; commit or roll them back/);
    await target.psql(NAME, `rollback prepared 'half done'`);
  });

  test('a logical replication slot and a subscription, for dropping only', async () => {
    await target
      .psql(NAME, `select pg_create_logical_replication_slot('slot 1'::text::name, 'pgoutput')`)
      .catch(() => {});
    await target.psql(NAME, `select pg_create_logical_replication_slot('slot1', 'pgoutput')`);
    await target.psql(
      NAME,
      `create subscription sub connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)`,
    );
    const message = await refusal('drop');
    expect(message).toMatch(/has logical replication slots and cannot be dropped: "slot1"/);
    expect(message).toMatch(/has subscriptions and cannot be dropped: "sub"/);
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'rename' });
    expect(result.warnings).toEqual([
      'subscriptions stay with the replaced database: "sub"',
      'logical replication slots stay with the replaced database: "slot1"',
    ]);
    await target.psql(result.undo_dbname ?? '', `drop subscription sub; select pg_drop_replication_slot('slot1')`);
  });

  test('the maintenance database, and what belongs to somebody else', async () => {
    expect(await refusal('drop', { maintenance_db: NAME })).toMatch(/as it is the maintenance database of to/);
    await target.psql('postgres', 'create role clerk login createdb createrole; grant app, boss to clerk');
    await target.psql('postgres', 'revoke boss from clerk');
    expect(await refusal('rename', { username: 'clerk' })).toMatch(
      /role "clerk" may not replace database .* belongs to "boss"/,
    );
  });

  test('an instance that the worker must not restore to', async () => {
    const result = await worker.restore(dump.uuid, to, 'x', {}, { forbiddenTargets: ['to'] });
    expect(result.message).toMatch(/^the configuration of this worker forbids restores to instance "to"; /);
  });
});

describe('clients', () => {
  /** Connects, asks, and begins again, until it is stopped; remembers what it saw. */
  function client(name: string, busyMs: number) {
    const seen: string[] = [];
    const errors: string[] = [];
    let stopped = false;
    const work = (async () => {
      while (!stopped) {
        try {
          const c = await target.connect(name);
          try {
            do {
              const row = await c.row<{ v: number; n: number }>(
                'select max(v) as v, count(*)::int as n, pg_sleep($1) from version',
                [busyMs / 1000],
              );
              seen.push(`${row?.v} ${row?.n}`);
            } while (!stopped && busyMs > 0);
          } finally {
            await c.close();
          }
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error;
          errors.push(error.message);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const stop = (): Promise<void> => {
      stopped = true;
      return work;
    };
    return { seen, errors, stop };
  }

  test('see the old database or the new one, and 50 busy ones are no obstacle', async () => {
    await target.psql('postgres', `alter database ${Q} connection limit -1`);
    const clients = [client(NAME, 0), ...Array.from({ length: 50 }, () => client(NAME, 1000))];
    const allHaveSeen = async (what: string): Promise<void> => {
      while (!clients.every(({ seen }) => seen.at(-1) === what))
        await new Promise((resolve) => setTimeout(resolve, 100));
    };
    await allHaveSeen('1 1');
    const limits = { stallTimeoutMs: 60_000, lockWaitTimeoutMs: 120_000 };
    const result = await worker.restore(dump.uuid, to, NAME, { existing_db: 'rename' }, { limits });
    expect(result).toMatchObject({ outcome: 'ok', message: null });
    await allHaveSeen('2 1');
    await Promise.all(clients.map((each) => each.stop()));
    for (const { seen, errors } of clients) {
      expect(new Set(seen)).toEqual(new Set(['1 1', '2 1']));
      expect(seen).toEqual(seen.toSorted());
      // nothing is ever closed to them: who comes during the swap waits for its end, and finds the old name gone
      expect(errors.join('\n')).not.toContain('not currently accepting connections');
    }
  });

  test('that do not end keep their database, and the restore fails by name', async () => {
    await target.psql('postgres', 'grant app, boss to clerk');
    let superuser: Promise<Connection> | null = null;
    const onProgress = atStage('materializing', () => {
      superuser = target.connect(NAME);
    });
    const clerk = { ...to, username: 'clerk' };
    const how = { existing_db: 'rename', role_handling: 'none' } as const;
    const result = await worker.restore(dump.uuid, clerk, NAME, how, { onProgress });
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/stays in use: 1 session \("[^"]+" 1\) could not be ended; end them by hand/);
    const c = await (superuser as Promise<Connection> | null);
    expect(await c?.row('select v from version')).toEqual({ v: 1 });
    const again = await worker.restore(dump.uuid, clerk, NAME, how);
    expect(again.message).toMatch(/^role "clerk" may not end the sessions of these roles in database /);
    await c?.close();
    expect(await databases()).toBe(NAME);
    const third = await worker.restore(dump.uuid, clerk, NAME, how);
    expect(third).toMatchObject({ outcome: 'ok', message: null });
    expect(await target.psql(NAME, 'select v from version')).toBe('2');
  });
});

describe('a dump from an instance that is not trusted', () => {
  test('brings no power over the server, and is never restored by a superuser', async () => {
    await source.psql(
      'postgres',
      `create role climber superuser createrole replication bypassrls login; grant pg_monitor to climber;
       create role friend; grant climber to friend; create database climbing owner climber`,
    );
    await source.psql(
      'climbing',
      'create schema s authorization climber; create table s.t as select 1 as a; alter table s.t owner to friend',
    );
    const taken = await worker.dump(instanceOf(source, 1, { name: 'from', trusted: false }), 'climbing');
    expect(taken.outcome).toMatch(/^ok/);
    const refused = await worker.restore(taken.uuid, to, 'climbing');
    expect(refused.message).toMatch(/from an instance that is not trusted, and ".*" is a superuser on to; /);
    await target.psql('postgres', 'drop role if exists guest; create role guest login createdb createrole');
    // as if the client programs of this machine had all fixes
    const tools = (await worker.context()).tools.map((set) => ({
      ...set,
      version: { ...set.version, minor: 99, num: set.version.major * 10_000 + 99 },
    }));
    const result = await worker.restore(taken.uuid, { ...to, username: 'guest' }, 'climbing', {}, { tools });
    expect(result.warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /role "climber" is created without superuser, createrole, replication, bypassrls: the dump is/,
        ),
        expect.stringMatching(/membership of "climber" in "pg_monitor" is left out: the dump is from an instance/),
      ]),
    );
    expect(
      await target.psql(
        'postgres',
        `select rolsuper or rolcreaterole or rolreplication or rolbypassrls from pg_roles where rolname = 'climber'`,
      ),
    ).toBe('f');
    expect(
      await target.psql(
        'postgres',
        `select count(*) from pg_auth_members where roleid::regrole::text like 'pg_%' and member::regrole::text = 'climber'`,
      ),
    ).toBe('0');
  });
});

describe('a copy to another instance', () => {
  test('takes publications and subscriptions along when the job says so', async () => {
    await source.psql('postgres', 'create database replicated');
    await source.psql(
      'replicated',
      `create table t (a int primary key); create publication pub for table t;
       create subscription sub connection 'dbname=nowhere' publication p with (connect = false, slot_name = none)`,
    );
    const taken = await worker.dump(instanceOf(source, 1, { name: 'from' }), 'replicated');
    const left = await worker.restore(taken.uuid, to, 'without');
    expect(left.warnings.join()).toMatch(/subscriptions are left out.*publications are left out/);
    expect(await target.psql('without', 'select count(*) from pg_publication')).toBe('0');
    const kept = await worker.restore(taken.uuid, to, 'with', { keep: ['publications', 'subscriptions'] });
    expect(kept.warnings).toEqual([
      'subscriptions are restored, but not enabled: "sub"',
      'publications are restored: "pub"',
    ]);
    expect(await target.psql('with', 'select pubname from pg_publication')).toBe('pub');
    expect(await target.psql('with', 'select subname, subenabled from pg_subscription')).toBe('sub|f');
    await target.psql('with', 'drop subscription sub');
  });
});
