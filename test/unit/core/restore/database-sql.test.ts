import { describe, expect, test } from 'vitest';
import {
  createDatabaseSql,
  databaseProperties,
  localeRefusal,
  type PropertyOptions,
  propertiesFromInside,
} from '../../../../src/core/restore/database-sql.ts';
import { database } from './parts.ts';

describe('create database', () => {
  const icu = database({ locale_provider: 'icu', locale: 'de-u-co-phonebk', icu_rules: '&a < b' });
  const builtin = database({ locale_provider: 'builtin', locale: 'C.UTF-8', collate: 'C' });

  test('up to version 14 there is no locale provider to name', () => {
    expect(createDatabaseSql('x', database(), 140_000, null)).toBe(
      `create database "x" with template = template0 encoding = 'UTF8' lc_collate = 'C.UTF-8' lc_ctype = 'C.UTF-8' allow_connections = false`,
    );
  });

  test('libc is named, as template0 may have another provider', () => {
    expect(createDatabaseSql('x', database(), 150_000, 'fast "disk"')).toBe(
      `create database "x" with template = template0 encoding = 'UTF8' locale_provider = libc lc_collate = 'C.UTF-8' lc_ctype = 'C.UTF-8' tablespace = "fast ""disk""" allow_connections = false`,
    );
  });

  test('ICU has a locale, and rules', () => {
    expect(createDatabaseSql('x', icu, 160_000, null)).toContain(
      `locale_provider = icu lc_collate = 'C.UTF-8' lc_ctype = 'C.UTF-8' icu_locale = 'de-u-co-phonebk' icu_rules = '&a < b'`,
    );
  });

  test('the built-in provider has a locale', () => {
    expect(createDatabaseSql('x', builtin, 170_000, null)).toContain(
      `locale_provider = builtin lc_collate = 'C' lc_ctype = 'C.UTF-8' builtin_locale = 'C.UTF-8'`,
    );
  });

  test('names and locales are hostile', () => {
    const hostile = database({ encoding: "U'; drop", collate: "a\\'b" });
    expect(createDatabaseSql('a"; drop database "b', hostile, 150_000, null)).toMatch(
      /^create database "a""; drop database ""b" with template = template0 encoding = 'U''; drop' .* lc_collate = {2}E'a\\\\''b' /,
    );
  });

  test('a server that is too old for a provider refuses it', () => {
    expect(localeRefusal(database(), 100_000)).toBeNull();
    expect(localeRefusal(icu, 140_000)).toContain('version 15');
    expect(localeRefusal(icu, 150_000)).toContain('version 16');
    expect(localeRefusal(icu, 160_000)).toBeNull();
    expect(localeRefusal(builtin, 160_000)).toContain('version 17');
    expect(localeRefusal(builtin, 170_000)).toBeNull();
  });
});

describe('properties', () => {
  const options = (change: Partial<PropertyOptions> = {}): PropertyOptions => ({
    name: 's',
    owner: 'app',
    restoringRole: 'root',
    targetName: (name) => (name === 'boss' ? 'root' : name),
    exists: (name) => name !== 'gone',
    withRoles: true,
    ...change,
  });
  const sql = (source = database(), change: Partial<PropertyOptions> = {}) =>
    databaseProperties(source, options(change)).statements.map((statement) => statement.sql);

  test('rights that were never changed become the defaults again', () => {
    expect(sql()).toEqual(['alter database "s" owner to "app"', 'grant connect, temporary on database "s" to public']);
    expect(sql(database(), { owner: 'root' })[0]).toMatch(/^grant /);
  });

  test('rights are made from nothing, the grantor before the one who grants on', () => {
    const acl = [
      { grantor: 'ops', grantee: 'reader', privilege: 'CONNECT', grantable: false },
      { grantor: 'app', grantee: 'app', privilege: 'CONNECT', grantable: true },
      { grantor: 'app', grantee: 'ops', privilege: 'CONNECT', grantable: true },
      { grantor: 'app', grantee: null, privilege: 'TEMPORARY', grantable: false },
    ];
    expect(sql(database({ owner: 'app', acl }))).toEqual([
      'alter database "s" owner to "app"',
      'revoke all on database "s" from public',
      'revoke all on database "s" from "app"',
      'grant connect on database "s" to "app"',
      'grant connect on database "s" to "ops" with grant option',
      'set local role "ops"; grant connect on database "s" to "reader"; set local role none',
      'grant temporary on database "s" to public',
    ]);
  });

  test('rights of the source owner are those of the new owner', () => {
    const acl = [{ grantor: 'boss', grantee: 'reader', privilege: 'CREATE', grantable: false }];
    expect(sql(database({ acl }), { owner: 'root' })).toContain('grant create on database "s" to "reader"');
  });

  test('rights of roles that are not there, and rights of no meaning, are warnings', () => {
    const acl = [
      { grantor: 'boss', grantee: 'gone', privilege: 'CONNECT', grantable: false },
      { grantor: 'boss', grantee: null, privilege: 'ALL ON SCHEMA x', grantable: false },
    ];
    const planned = databaseProperties(database({ acl }), options());
    expect(planned.warnings).toEqual([
      'right CONNECT on the database for "gone" is left out: role "gone" does not exist on the target',
      'right ALL ON SCHEMA x on the database for everybody is left out: it is not known',
    ]);
    expect(planned.statements.map((statement) => statement.sql).join()).not.toContain('SCHEMA x');
  });

  test('without roles what everybody may do stays, the rest is the owner', () => {
    const acl = [
      { grantor: 'boss', grantee: 'reader', privilege: 'CONNECT', grantable: false },
      { grantor: 'boss', grantee: null, privilege: 'TEMPORARY', grantable: true },
    ];
    const source = database({ acl, role_settings: [{ role: 'reader', settings: [{ name: 'a', value: 'b' }] }] });
    expect(sql(source, { owner: 'root', withRoles: false })).toEqual([
      'revoke all on database "s" from public',
      'revoke all on database "s" from "root"',
      'grant create on database "s" to "root"',
      'grant connect on database "s" to "root"',
      'grant temporary on database "s" to "root"',
      'grant temporary on database "s" to public',
    ]);
  });

  test('settings, settings of roles, comment, limit and template mark come along', () => {
    const source = database({
      settings: [{ name: 'search_path', value: 'a, "B c"' }],
      role_settings: [
        { role: 'boss', settings: [{ name: 'work_mem', value: '1MB' }] },
        { role: 'gone', settings: [{ name: 'work_mem', value: '2MB' }] },
      ],
      comment: "it's",
      connection_limit: 7,
      is_template: true,
    });
    const planned = databaseProperties(source, options({ owner: 'root' }));
    expect(planned.statements.slice(1).map((statement) => statement.sql)).toEqual([
      `alter database "s" set "search_path" to 'a', 'B c'`,
      `alter role "root" in database "s" set "work_mem" to '1MB'`,
      `comment on database "s" is 'it''s'`,
      'alter database "s" with connection limit 7',
      'alter database "s" with is_template true',
    ]);
    expect(planned.warnings).toEqual([
      'settings of role "gone" in the database are left out: role "gone" does not exist on the target',
    ]);
  });

  test('comment and settings can be set from inside, whatever the database is called there', () => {
    const statements = propertiesFromInside({ comment: "it's", settings: [{ name: 'a', value: 'b' }] });
    expect(statements.map(({ sql: text }) => text)).toEqual([
      `do language plpgsql 'begin execute pg_catalog.format(''alter database %I %s'', pg_catalog.current_database(), ''set "a" to ''''b''''''); end'`,
      `do language plpgsql 'begin execute pg_catalog.format(''comment on database %I is %L'', pg_catalog.current_database(), ''it''''s''); end'`,
    ]);
    expect(propertiesFromInside({ comment: null, settings: [] })).toEqual([]);
  });

  test('security labels are reported', () => {
    const source = database({ security_labels: [{ provider: 'selinux', label: 'secret label' }] });
    expect(databaseProperties(source, options()).warnings).toEqual([
      `the database's security label of provider "selinux" is left out: set it by hand`,
    ]);
  });
});
