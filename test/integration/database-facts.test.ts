import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseFacts } from '../../src/core/facts/database-facts.ts';
import { listDatabases } from '../../src/sql/instance/list-databases.ts';
import { readDatabaseFacts } from '../../src/sql/instance/read-database-facts.ts';
import { beginWithSnapshot } from '../../src/sql/instance/snapshot.ts';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';

let cluster: TestCluster;
const DATABASE = 'f a=b';

const ROLES = `
create role owner_role nologin; create role "Grp ""x"; create role top_role; create role pol; create role defacl;
create role mapuser; create role setonly; create role unrelated; create role lowly login; create role space_owner;
create role login1 login password 'secret' connection limit 3 valid until '2031-01-01 00:00:00+00';
create role granter; create role column_reader; create role on_default_space;
grant "Grp ""x" to login1 with admin option; grant top_role to "Grp ""x"; grant pg_monitor to top_role;
alter role login1 set work_mem = '5MB'; alter role login1 set "app.x" = 'a=b c';
comment on role login1 is 'it''s me';
grant create on tablespace pg_default to on_default_space;
create database "f a=b" owner owner_role connection limit 7;
grant connect on database "f a=b" to login1 with grant option;
alter database "f a=b" set statement_timeout = '30ms';
alter role setonly in database "f a=b" set search_path = 'a, b', "$user";
comment on database "f a=b" is E'line\\nline';
create database "shop_pgsnapman_0a1b2c3d"; create database closed allow_connections false;
create database hidden; revoke connect on database hidden from public;`;

const OBJECTS = `
create schema s authorization owner_role;
create table s.t (id int, b int); grant select (b) on s.t to column_reader;
alter table s.t enable row level security; create policy p on s.t to pol using (true);
insert into s.t select i, i from generate_series(1, 1000) as i; analyze s.t;
alter default privileges for role defacl grant select on tables to public;
create foreign data wrapper w; create server srv foreign data wrapper w;
create user mapping for mapuser server srv options (password 'x');
create materialized view mv as select 1 as one;
create table part (a int) partition by list (a); create view v as select 1 as one;
select lo_create(0); select lo_create(0);`;

beforeAll(async () => {
  cluster = await startTestCluster();
  const folder = await cluster.psql(
    'postgres',
    `select setting || '/../space' from pg_settings where name = 'data_directory'`,
  );
  await cluster.psql('postgres', `copy (select 1) to program 'mkdir ${folder}'`);
  await cluster.psql('postgres', ROLES);
  await cluster.psql(
    'postgres',
    `create tablespace "Sp 1" owner space_owner location '${folder}' with (random_page_cost = 1.5); comment on tablespace "Sp 1" is 'fast'`,
  );
  await cluster.psql(DATABASE, `set statement_timeout = 0; ${OBJECTS} create table s.spaced (a int) tablespace "Sp 1"`);
});
afterAll(() => cluster?.remove());

async function factsAs(user?: string): Promise<DatabaseFacts> {
  const connection = await cluster.connect(DATABASE, user);
  try {
    await beginWithSnapshot(connection);
    return await readDatabaseFacts(connection);
  } finally {
    await connection.close();
  }
}

describe('the facts about a database', () => {
  it('are its properties', async () => {
    const { database, server } = await factsAs();
    expect(database).toMatchObject({
      name: DATABASE,
      owner: 'owner_role',
      encoding: 'UTF8',
      connection_limit: 7,
      tablespace: 'pg_default',
      comment: 'line\nline',
      is_template: false,
      settings: [{ name: 'statement_timeout', value: '30ms' }],
      role_settings: [{ role: 'setonly', settings: [{ name: 'search_path', value: '"a, b", "$user"' }] }],
      security_labels: [],
    });
    expect(database.acl).toContainEqual({
      grantor: 'owner_role',
      grantee: 'login1',
      privilege: 'CONNECT',
      grantable: true,
    });
    expect(database.acl).toContainEqual({
      grantor: 'owner_role',
      grantee: null,
      privilege: 'CONNECT',
      grantable: false,
    });
    expect(server.version_num).toBeGreaterThan(120_000);
  });

  it('are every role that it needs, those that these are members of, and no other', async () => {
    const { roles, memberships } = await factsAs();
    expect(roles.map((role) => role.name).sort()).toEqual(
      [
        ...['Grp "x', 'column_reader', 'defacl', 'login1', 'mapuser', 'owner_role', 'pol', 'setonly', 'space_owner'],
        ...['top_role', cluster.superuser],
      ].sort(),
    );
    expect(roles.filter((role) => role.bootstrap).map((role) => role.name)).toEqual([cluster.superuser]);
    expect(roles.find((role) => role.name === 'login1')).toMatchObject({
      login: true,
      connection_limit: 3,
      valid_until: '2031-01-01 00:00:00+00',
      password_hash: expect.stringMatching(/^SCRAM-SHA-256\$/),
      comment: "it's me",
      settings: [
        { name: 'work_mem', value: '5MB' },
        { name: 'app.x', value: 'a=b c' },
      ],
    });
    expect(memberships.map(({ role, member, admin }) => [role, member, admin])).toEqual([
      ['Grp "x', 'login1', true],
      ['pg_monitor', 'top_role', false],
      ['top_role', 'Grp "x', false],
    ]);
  });

  it('are its schemas, extensions, tablespaces, tables with sizes, and large objects', async () => {
    const facts = await factsAs();
    expect(facts.schemas.map(({ name, owner }) => [name, owner])).toContainEqual(['s', 'owner_role']);
    expect(facts.extensions).toEqual([expect.objectContaining({ name: 'plpgsql', schema: 'pg_catalog' })]);
    expect(facts.tablespaces).toEqual([
      expect.objectContaining({
        name: 'Sp 1',
        owner: 'space_owner',
        comment: 'fast',
        options: [{ name: 'random_page_cost', value: '1.5' }],
      }),
    ]);
    expect(facts.tables.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`)).toEqual([
      'public.mv matview',
      's.spaced table',
      's.t table',
    ]);
    expect(facts.tables.at(-1)).toMatchObject({ estimated_rows: 1000 });
    expect(facts.tables.at(-1)?.size_bytes).toBeGreaterThan(30_000);
    expect(facts.large_objects).toBe(2);
  });

  it('are read by a role without rights as well, but for password hashes and what pg_dump will leave out', async () => {
    const facts = await factsAs('lowly');
    const all = await factsAs();
    expect(facts.passwords_readable).toBe(false);
    expect(facts.roles.map((role) => role.password_hash)).toEqual(all.roles.map(() => null));
    expect(facts.roles.map((role) => role.name)).toEqual(all.roles.map((role) => role.name));
    expect(facts.left_out).toEqual([
      'options of the user mapping for "mapuser" on server "srv" are not in the dump: the dumping role may not see them',
    ]);
    expect(all.left_out).toEqual([]);
  });

  it('do not wait for a table that somebody holds exclusively', async () => {
    const holder = await cluster.connect(DATABASE);
    await holder.script('begin; lock table s.t in access exclusive mode');
    const facts = await factsAs();
    await holder.close();
    expect(facts.tables.find((table) => table.name === 't')?.size_bytes).toBeGreaterThan(30_000);
  });
});

describe('the list of databases', () => {
  it('has those that can be dumped, with the size of those that one may connect to', async () => {
    const names = async (user?: string) => {
      const connection = await cluster.connect('postgres', user);
      const found = await listDatabases(connection);
      await connection.close();
      return found.map(({ name, size_bytes }) => [name, size_bytes !== null]);
    };
    expect(await names()).toEqual([
      [DATABASE, true],
      ['hidden', true],
      ['postgres', true],
    ]);
    expect(await names('lowly')).toEqual([
      [DATABASE, true],
      ['hidden', false],
      ['postgres', true],
    ]);
  });
});
