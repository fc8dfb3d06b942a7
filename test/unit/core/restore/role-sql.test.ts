import { describe, expect, test } from 'vitest';
import type { DatabaseFacts, Membership } from '../../../../src/core/facts/database-facts.ts';
import { mapRoles } from '../../../../src/core/restore/role-mapping.ts';
import { planRoles } from '../../../../src/core/restore/role-sql.ts';
import type { TargetFacts } from '../../../../src/core/restore/target-facts.ts';
import { BOSS, facts, ORDINARY, role, target } from './parts.ts';

interface Options {
  passwords?: boolean;
  trusted?: boolean;
  target?: TargetFacts;
  roleMap?: Record<string, string>;
}

function plan(source: DatabaseFacts, options: Options = {}) {
  const there = options.target ?? target();
  return planRoles(source, {
    passwords: options.passwords ?? false,
    trusted: options.trusted ?? true,
    mapping: mapRoles(source, options.roleMap ?? {}, there),
    target: there,
  });
}

const sql = (source: DatabaseFacts, options?: Options): string[] => plan(source, options).statements.map((s) => s.sql);

const membership = (change: Partial<Membership>): Membership => ({
  role: 'readers',
  member: 'app',
  grantor: 'boss',
  admin: false,
  inherit: null,
  set: null,
  ...change,
});

describe('creating roles', () => {
  test('a missing role comes with its attributes, limit, end, settings and comment', () => {
    const app = role('app "x"', {
      login: true,
      inherit: false,
      createdb: true,
      bypassrls: true,
      connection_limit: 3,
      valid_until: '2030-01-01 00:00:00+00',
      settings: [{ name: 'search_path', value: 'a, "B"' }],
      comment: "the app's",
    });
    expect(sql(facts({ roles: [BOSS, app] }))).toEqual([
      `create role "app ""x""" with createdb bypassrls noinherit login connection limit 3 valid until '2030-01-01 00:00:00+00'`,
      `alter role "app ""x""" set "search_path" to 'a', 'B'`,
      `comment on role "app ""x""" is 'the app''s'`,
    ]);
  });

  test('a role that exists is left alone, whatever the source says of it', () => {
    const app = role('app', { superuser: true, settings: [{ name: 'work_mem', value: '1GB' }], comment: 'x' });
    const there = target({ roles: [...target().roles, { name: 'app', superuser: false, can_become: true }] });
    const planned = plan(facts({ roles: [BOSS, app] }), { target: there, passwords: true });
    expect(planned).toMatchObject({ create: [], existing: ['app'], statements: [], warnings: [] });
  });

  test('predefined roles and the first superuser of the source are never created', () => {
    expect(plan(facts({ roles: [BOSS, role('pg_read_all_data')] })).create).toEqual([]);
  });

  test('names are hostile: quotes, newlines, a leading dash, a=b', () => {
    for (const name of ['-x', 'a=b', 'a\nb', '"; drop database postgres; --', 'ünï', 'public.x', "'"]) {
      const [create] = sql(facts({ roles: [role(name)] }));
      expect(create).toBe(`create role "${name.replaceAll('"', '""')}" with inherit nologin connection limit -1`);
    }
  });
});

describe('passwords', () => {
  const login = role('app', { login: true, password_hash: "SCRAM-SHA-256$4096:a'b" });

  test('are brought only when asked for; else a note says so', () => {
    const planned = plan(facts({ roles: [login] }));
    expect(JSON.stringify(planned)).not.toContain('SCRAM');
    expect(planned.notes).toEqual(['roles created without their passwords: "app"']);
    expect(planned.warnings).toEqual([]);
  });

  test('are set as the hashes that they are', () => {
    const { statements, notes } = plan(facts({ roles: [login] }), { passwords: true });
    expect(statements.at(-1)?.sql).toBe(`alter role "app" password 'SCRAM-SHA-256$4096:a''b'`);
    expect(statements.at(-1)?.about).not.toContain('SCRAM');
    expect(notes).toEqual([]);
  });

  test('that the dump could not read are a warning when they are asked for', () => {
    const source = facts({ roles: [role('app', { login: true })], passwords_readable: false });
    expect(plan(source, { passwords: true }).warnings).toEqual([
      'roles created without their passwords, which the dump does not hold: "app"',
    ]);
  });
});

describe('a source that is not trusted', () => {
  const powerful = role('evil', {
    superuser: true,
    createrole: true,
    replication: true,
    bypassrls: true,
    createdb: true,
    login: true,
  });

  test('brings no role with power over the server', () => {
    const planned = plan(facts({ roles: [powerful] }), { trusted: false });
    expect(planned.statements[0]?.sql).toBe('create role "evil" with createdb inherit login connection limit -1');
    expect(planned.warnings).toEqual([
      'role "evil" is created without superuser, createrole, replication, bypassrls: the dump is from an instance that is not trusted',
    ]);
  });

  test('brings no membership in a predefined role, nor in one that was there before', () => {
    const there = target({ roles: [...target().roles, { name: 'admins', superuser: true, can_become: true }] });
    const memberships = [
      membership({ role: 'pg_monitor', member: 'evil' }),
      membership({ role: 'admins', member: 'evil' }),
    ];
    const planned = plan(facts({ roles: [powerful, role('admins')], memberships }), { trusted: false, target: there });
    expect(planned.statements.filter(({ sql: text }) => text.startsWith('grant'))).toEqual([]);
    expect(planned.warnings.slice(1)).toEqual([
      'membership of "evil" in "pg_monitor" is left out: the dump is from an instance that is not trusted',
      'membership of "evil" in "admins" is left out: the dump is from an instance that is not trusted',
    ]);
  });

  test('brings memberships among roles that are all new', () => {
    const source = facts({ roles: [role('app'), role('readers')], memberships: [membership({})] });
    expect(sql(source, { trusted: false })).toContain('grant "readers" to "app"');
  });
});

describe('memberships', () => {
  const roles = [BOSS, role('app'), role('readers'), role('lead')];
  const newer = target({ server_version_num: 170_002 });

  test('up to version 15 they have an admin option and any grantor', () => {
    const memberships = [membership({ admin: true, grantor: 'lead' })];
    expect(sql(facts({ roles, memberships })).at(-1)).toBe(
      'grant "readers" to "app" with admin option granted by "lead"',
    );
  });

  test('from version 16 on they have admin, inherit and set, as far as the source knew them', () => {
    const memberships = [membership({ admin: true, inherit: false, set: true }), membership({ member: 'lead' })];
    expect(sql(facts({ roles, memberships }), { target: newer }).slice(-2)).toEqual([
      'grant "readers" to "app" with admin true, inherit false, set true granted by "root"',
      'grant "readers" to "lead" granted by "root"',
    ]);
  });

  test('a grantor gets the admin option before it is used', () => {
    const memberships = [
      membership({ member: 'app', grantor: 'lead' }),
      membership({ member: 'lead', admin: true, grantor: 'boss' }),
    ];
    expect(sql(facts({ roles, memberships }), { target: newer }).slice(-2)).toEqual([
      'grant "readers" to "lead" with admin true granted by "root"',
      'grant "readers" to "app" granted by "lead"',
    ]);
  });

  test('a grantor that could not grant there is left out', () => {
    const memberships = [membership({ grantor: 'lead' }), membership({ member: 'lead', grantor: 'gone' })];
    expect(sql(facts({ roles, memberships }), { target: newer }).slice(-2)).toEqual([
      'grant "readers" to "app"',
      'grant "readers" to "lead"',
    ]);
  });

  test('among roles that were all there they are not touched', () => {
    const there = target({
      roles: [...target().roles, ...['app', 'readers'].map((name) => ({ name, superuser: false, can_become: true }))],
    });
    expect(sql(facts({ roles, memberships: [membership({})] }), { target: there })).toEqual([
      'create role "lead" with inherit nologin connection limit -1',
    ]);
  });

  test('of a new role in one that was there, and in a predefined one, they are made', () => {
    const there = target({ roles: [...target().roles, { name: 'readers', superuser: false, can_become: true }] });
    const memberships = [membership({}), membership({ role: 'pg_monitor' })];
    expect(sql(facts({ roles, memberships }), { target: there }).slice(-2)).toEqual([
      'grant "readers" to "app" granted by "root"',
      'grant "pg_monitor" to "app" granted by "root"',
    ]);
  });

  test('in a predefined role that the target does not have they are left out with a warning', () => {
    const planned = plan(facts({ roles, memberships: [membership({ role: 'pg_maintain' })] }));
    expect(planned.warnings).toEqual([
      'membership of "app" in "pg_maintain" is left out: role "pg_maintain" does not exist on the target',
    ]);
  });

  test('in the superuser of another server they are left out with a warning', () => {
    const planned = plan(facts({ roles, memberships: [membership({ role: 'boss' })] }));
    expect(planned.warnings).toEqual([
      'membership of "app" in "boss" is left out: "boss" is the superuser of another server',
    ]);
  });
});

describe('the role map', () => {
  test('a role that goes by another name is not created, and its memberships go with it', () => {
    const there = target({ roles: [...target().roles, { name: 'test_app', superuser: false, can_become: true }] });
    const source = facts({ roles: [role('app'), role('readers')], memberships: [membership({ grantor: 'app' })] });
    expect(sql(source, { target: there, roleMap: { app: 'test_app' } })).toEqual([
      'create role "readers" with inherit nologin connection limit -1',
      'grant "readers" to "test_app" granted by "test_app"',
    ]);
  });
});

describe('a restoring role that is no superuser', () => {
  const clerk = target({ user: ORDINARY });

  test('gives only what it may give, and says what is missing', () => {
    const strong = role('strong', { superuser: true, createdb: true, bypassrls: true });
    const planned = plan(facts({ roles: [strong] }), { target: clerk });
    expect(planned.statements[0]?.sql).toBe('create role "strong" with createdb inherit nologin connection limit -1');
    expect(planned.warnings).toEqual([
      'role "strong" is created without superuser, bypassrls: role "clerk" may not give that',
    ]);
  });

  test('from version 16 on it gives only what it has itself', () => {
    const there = target({ user: { ...ORDINARY, createdb: false, bypassrls: true }, server_version_num: 160_000 });
    const strong = role('strong', { createdb: true, bypassrls: true });
    expect(sql(facts({ roles: [strong] }), { target: there })[0]).toBe(
      'create role "strong" with bypassrls inherit nologin connection limit -1',
    );
  });

  test('becomes a member of the new roles for as long as the restore lasts', () => {
    const { borrow } = plan(facts({ roles: [role('app')] }), { target: clerk });
    expect(borrow.map(({ take, giveBack }) => [take.sql, giveBack.sql])).toEqual([
      ['grant "app" to "clerk"', 'revoke "app" from "clerk"'],
    ]);
    const newer = target({ user: ORDINARY, server_version_num: 160_000 });
    expect(plan(facts({ roles: [role('app')] }), { target: newer }).borrow[0]?.take.sql).toBe(
      'grant "app" to "clerk" with inherit true, set true granted by "clerk"',
    );
  });

  test('never names another grantor', () => {
    const source = facts({ roles: [role('app'), role('readers')], memberships: [membership({})] });
    expect(sql(source, { target: clerk }).at(-1)).toBe('grant "readers" to "app"');
  });
});

describe('rights on parameters', () => {
  const grant = { parameter: 'plpgsql.extra_errors', grantee: 'app', privilege: 'SET', grantable: true };
  const source = {
    ...facts({ roles: [BOSS, role('app')] }),
    parameter_grants: [grant, { ...grant, grantee: 'there already' }],
  };

  test('come for roles that are created', () => {
    expect(sql(source).at(-1)).toBe('grant set on parameter "plpgsql"."extra_errors" to "app" with grant option');
  });

  test.each([
    ['from an instance that is not trusted', { trusted: false }, 'the dump is from an instance that is not trusted'],
    [
      'to an older server',
      { target: target({ server_version_num: 140_005 }) },
      'the target has rights on parameters from PostgreSQL 15 on',
    ],
    ['without a superuser', { target: target({ user: ORDINARY }) }, 'role "clerk" is no superuser on the target'],
  ])('do not come %s, and that is said', (_, options, reason) => {
    const planned = plan(source, options);
    expect(planned.statements.map((s) => s.sql).join()).not.toContain('parameter');
    expect(planned.warnings).toContain(
      `not done: grant set on parameter plpgsql.extra_errors to role "app": ${reason}`,
    );
  });
});
