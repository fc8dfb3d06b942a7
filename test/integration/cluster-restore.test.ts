import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULT_POINTS } from '../../src/core/faults.ts';
import type { Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import { healRestore } from '../../src/worker/restore/heal-restore.ts';
import { instanceOf } from '../support/catalog-rows.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import type { RestoreOrder } from '../support/restore-process.ts';
import { createTestWorker, type TestWorker } from '../support/restore-runs.ts';

let source: TestCluster;
let target: TestCluster;
let worker: TestWorker;
let from: Instance;
let to: Instance;
let uuid: string;

const POINTS = Object.keys(FAULT_POINTS).filter((point) => point.startsWith('cluster-restore.'));
const SCRIPT = join(import.meta.dirname, '../support/restore-process.ts');
const HOSTILE = `a=b 'q" ü\\$x`;
const ROLES = `select string_agg(format('%s %s %s %s %s', r.rolname, r.rolsuper, r.rolcanlogin, r.rolpassword, r.rolconnlimit), e'\\n' order by r.rolname)
  from pg_authid as r where r.rolname !~ '^pg_' and r.rolname <> 'postgres'`;
const MEMBERS = `select string_agg(format('%s in %s: %s', u.rolname, r.rolname, m.admin_option), ', ' order by 1) from pg_auth_members as m
  join pg_roles as r on r.oid = m.roleid join pg_roles as u on u.oid = m.member where r.rolname !~ '^pg_'`;
const CONTENT = `select (select md5(string_agg(a, '|' order by a)) from t), (select sum(i) from "two"), f(),
  (select encode(lo_get(oid), 'hex') from pg_largeobject_metadata), current_setting('work_mem'),
  obj_description('t'::regclass), (select string_agg(polname, ',') from pg_policy)`;

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster({ superuser: 'postgres' })]);
  worker = await createTestWorker();
  from = instanceOf(source, 1);
  to = instanceOf(target, 2);
  await source.psql(
    'postgres',
    `create role "Ro'le""ü" login password 'secret' connection limit 7; create role grouped; create role there login password 'of the source';
     grant grouped to "Ro'le""ü" with admin option; grant grouped to there; alter role "Ro'le""ü" set work_mem = '9MB'`,
  );
  await source.psql('postgres', `create database "a=b 'q"" ü\\$x" owner "Ro'le""ü"`);
  await source.psql('postgres', `create database plain; alter database plain set work_mem = '3MB'`);
  const objects = `create table t (a text); insert into t values ('\\.'), (E'x\\ny'), ('CREATE ROLE there;');
    create table "two" (i int); insert into "two" select generate_series(1, 1000);
    create function f() returns text language sql as $_$ select 'COPY x FROM stdin;
CREATE ROLE there;
' $_$; create function g(int) returns int language sql begin atomic select $1; select 2; end;
    create rule r as on insert to t do also (select 1; select 2); select lo_from_bytea(0, '\\x01');
    comment on table t is E'a\\n\\\\! false\\n-- PostgreSQL database dump'; create policy "p;" on t using (true)`;
  await source.psql(HOSTILE, objects);
  await source.psql('plain', objects);
  await target.psql('postgres', `create role there login password 'of the target'`);
  uuid = (await worker.dump(from, null, { dump_type: 'cluster' })).uuid;
});
afterAll(async () => {
  await worker?.remove();
  await Promise.all([source?.remove(), target?.remove()]);
});

const restore = (change: Partial<RestoreJob> = {}, dump = uuid) => worker.restore(dump, to, 'postgres', change);
const databases = () =>
  target.psql(
    'postgres',
    `select string_agg(datname, ',' order by datname) from pg_database where datname !~ '^template'`,
  );

describe('a restore of a whole cluster', () => {
  it('into an instance with databases is refused, and nothing is changed', async () => {
    await target.psql('postgres', 'create database somebodys');
    expect(await restore()).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/^instance "instance2" has databases already: "somebodys"; .*--force/),
    });
    expect(await databases()).toBe('postgres,somebodys');
    await target.psql('postgres', 'drop database somebodys');
  });

  it('brings roles and databases, and leaves roles that exist as they are', async () => {
    const before = await target.psql(
      'postgres',
      `select rolpassword from pg_authid where rolname in ('there', 'postgres')`,
    );
    const result = await restore();
    expect(result).toMatchObject({ outcome: 'ok', warnings: [], message: null, row_count: 2006, table_count: 4 });
    for (const name of [HOSTILE, 'plain']) {
      expect(await target.psql(name, CONTENT)).toBe(await source.psql(name, CONTENT));
    }
    expect(
      await target.psql('postgres', `select rolpassword from pg_authid where rolname in ('there', 'postgres')`),
    ).toBe(before);
    const others = `${ROLES} and r.rolname <> 'there'`;
    expect(await target.psql('postgres', others)).toBe(await source.psql('postgres', others));
    expect(await target.psql('postgres', MEMBERS)).toBe(`Ro'le"ü in grouped: t`);
    const owner = `select pg_get_userbyid(datdba) from pg_database where datname = 'a=b ''q" ü\\$x'`;
    expect(await target.psql('postgres', owner)).toBe(`Ro'le"ü`);
    const log = worker.log.join('\n');
    expect(log).toContain('left out, as it exists on the target: create role "there"');
    expect(log).toContain('left out, as it exists on the target: alter role "there"');
    expect(log).toContain('left out, as it exists on the target: a membership of role "there"');
    expect(`${log}${JSON.stringify(result)}`).not.toMatch(/SCRAM|PASSWORD/);
  });

  it('with force leaves databases that exist as they are, and makes the others', async () => {
    await target.psql('plain', `insert into t values ('of the target')`);
    await target.psql('postgres', `drop database "a=b 'q"" ü\\$x"`);
    const result = await restore({ force: true });
    expect(result).toMatchObject({
      outcome: 'ok_with_warnings',
      warnings: ['database "plain" exists on the target and is left as it is'],
    });
    expect(await target.psql('plain', 'select count(*) from t')).toBe('4');
    expect(await target.psql(HOSTILE, CONTENT)).toBe(await source.psql(HOSTILE, CONTENT));
  });

  it('names what could not be restored, without values, and fails unless that is accepted', async () => {
    await source.psql('postgres', `create database bad`);
    await source.psql(
      'bad',
      `create table b (a int); insert into b values (5); create table only_here (m int, n int);
      create function h(int) returns int language sql immutable as 'select n from only_here where m = $1'; alter table b add check (coalesce(h(a), 7) = 7)`,
    );
    const dump = await worker.dump(from, null, { dump_type: 'cluster' });
    const result = await restore({ force: true }, dump.uuid);
    expect(result.outcome).toBe('failed');
    expect(result.message).toMatch(/^not everything could be restored: .*only_here/);
    await target.psql('postgres', 'drop database bad');
    const accepted = await restore({ force: true, accept_losses: true }, dump.uuid);
    expect(accepted.outcome).toBe('ok_with_warnings');
    expect(accepted.warnings.join()).toMatch(/only_here/);
    await target.psql('postgres', 'drop database bad');
    await source.psql('postgres', 'drop database bad');
  });

  it.each(POINTS)('killed at %s leaves what it made, says so, and leaves nothing running', async (point) => {
    const stagingDirectory = join(worker.directory, 'killed', randomUUID());
    await mkdir(stagingDirectory, { recursive: true });
    const run = randomUUID();
    const order: RestoreOrder = {
      uuid: run,
      dumpUuid: uuid,
      repository: join(worker.directory, 'repository'),
      stagingDirectory,
      destination: to,
      dbname: 'postgres',
      change: { force: true },
    };
    const env = { PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` };
    const child = execa(process.execPath, [SCRIPT], { input: JSON.stringify(order), env, reject: false });
    expect((await child).signal).toBe('SIGKILL');
    const healed = await healRestore(stagingDirectory, await worker.context());
    expect(healed).toMatchObject({ finished: false, message: expect.stringMatching(/what it had made is still on/) });
    expect(await readdir(stagingDirectory)).toEqual([]);
    const sessions = `select count(*) from pg_stat_activity where application_name = 'pgsnapman ${run}'`;
    expect(await target.psql('postgres', sessions)).toBe('0');
    expect(await restore({ force: true })).toMatchObject({ outcome: 'ok_with_warnings' });
  });

  it('is refused for instances that are not trusted, and for less than all of it', async () => {
    const dump = await worker.dump({ ...from, trusted: false }, null, { dump_type: 'cluster_schema' });
    expect((await restore({ force: true }, dump.uuid)).message).toMatch(/not trusted/);
    expect((await restore({ force: true, schemas: ['x'] })).message).toMatch(/restored as a whole/);
    expect((await worker.restore(randomUUID(), to, 'postgres')).message).toMatch(/not in the repository/);
  });
});
