import { describe, expect, test } from 'vitest';
import { findPassword } from '../../../../src/core/connection/password-file.ts';

const target = { host: 'db1', port: 5432, dbname: 'shop', user: 'alice' };

describe('a password file', () => {
  test.each([
    ['db1:5432:shop:alice:secret', 'secret'],
    ['*:*:*:*:secret', 'secret'],
    ['db2:*:*:*:wrong\ndb1:*:*:*:right\n*:*:*:*:late', 'right'],
    ['# db1:5432:shop:alice:no\ndb1:5432:shop:alice:yes\r\n', 'yes'],
    ['db1:5432:shop:alice:with\\:colon\\\\and:more', 'with:colon\\and:more'],
    ['db1:5432:shop:alice:', null],
    ['db1:5433:shop:alice:x', null],
    ['db1:5432:shop:bob:x', null],
    ['db1:5432:shop', null],
    ['', null],
  ])('%j has %j', (file, expected) => {
    expect(findPassword(file, target)).toBe(expected);
  });

  test('names with colons and backslashes are escaped', () => {
    expect(findPassword('db1:5432:a\\:b\\\\c:alice:x', { ...target, dbname: 'a:b\\c' })).toBe('x');
    expect(findPassword('\\:\\:1:5432:*:*:x', { ...target, host: '::1' })).toBe('x');
  });

  test('localhost means the usual socket directory too, but no other', () => {
    const file = 'localhost:*:*:*:x';
    expect(findPassword(file, { ...target, host: '/var/run/postgresql' })).toBe('x');
    expect(findPassword(file, { ...target, host: '/srv/sockets' })).toBeNull();
    expect(findPassword('/srv/sockets:*:*:*:y', { ...target, host: '/srv/sockets' })).toBe('y');
  });
});
