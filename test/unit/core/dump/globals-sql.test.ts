import { describe, expect, it } from 'vitest';
import { globalsSql } from '../../../../src/core/dump/globals-sql.ts';
import { sampleRole } from '../../../support/sample-facts.ts';
import { shopFacts } from './shop-facts.ts';

const HOSTILE = 'x\n\\! touch /tmp/evil\n--';

describe('globals.sql', () => {
  it('creates the roles but the bootstrap superuser, then the database, then gives it its properties', () => {
    const sql = globalsSql(shopFacts());
    const at = ['create role "shop_owner"', 'create database "shop"', 'alter database "shop" owner to "shop_owner"'];
    const positions = at.map((text) => sql.indexOf(text));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(sql).not.toContain('create role "postgres"');
  });

  it('holds password hashes only if they could be read', () => {
    const roles = [sampleRole('joe', { login: true, password_hash: 'SCRAM-SHA-256$x' })];
    expect(globalsSql(shopFacts({ roles, passwords_readable: true }))).toContain('SCRAM-SHA-256$x');
    const unread = [sampleRole('joe', { login: true })];
    expect(globalsSql(shopFacts({ roles: unread, passwords_readable: false }))).not.toContain('SCRAM');
  });

  it('never lets a name out of its quotes: a newline in a comment would begin a command of psql', () => {
    const { database } = shopFacts();
    const facts = shopFacts({
      database: { ...database, name: HOSTILE, owner: HOSTILE, comment: HOSTILE },
      roles: [sampleRole(HOSTILE)],
    });
    const outside = globalsSql(facts)
      .replace(/"(?:[^"]|"")*"/g, '""')
      .replace(/'(?:[^']|'')*'/g, "''");
    expect(outside).not.toContain('touch');
  });

  it('makes grants of others in a transaction, where their role can be set', () => {
    const { database } = shopFacts();
    const grant = { privilege: 'CONNECT', grantable: false };
    const acl = [
      { ...grant, grantor: 'shop_owner', grantee: 'joe', grantable: true },
      { ...grant, grantor: 'joe', grantee: null },
    ];
    const sql = globalsSql(
      shopFacts({ database: { ...database, acl }, roles: [sampleRole('joe'), sampleRole('shop_owner')] }),
    );
    expect(sql).toMatch(/begin; set local role "joe"; .*; commit;/);
  });
});
