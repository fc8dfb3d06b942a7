import { describe, expect, test } from 'vitest';
import {
  type ConnectionSettings,
  conninfoValue,
  describeConnection,
  libpqEnvironment,
} from '../../../../src/core/connection/connection-settings.ts';

const settings: ConnectionSettings = {
  host: 'db1',
  port: 5433,
  user: 'alice',
  dbname: 'a=b',
  sslmode: 'prefer',
  connectTimeoutMs: 2500,
};

describe('the environment of a Postgres tool', () => {
  test('says everything, the name of the database verbatim', () => {
    expect(libpqEnvironment(settings)).toEqual({
      PGHOST: 'db1',
      PGPORT: '5433',
      PGUSER: 'alice',
      PGDATABASE: 'a=b',
      PGSSLMODE: 'prefer',
      PGCONNECT_TIMEOUT: '3',
    });
  });

  test('carries optional settings', () => {
    const more = {
      hostaddr: '10.0.0.1',
      sslrootcert: '/r',
      sslcert: '/c',
      sslkey: '/k',
      password: 'p',
      passfile: '/f',
    };
    const environment = libpqEnvironment({
      ...settings,
      ...more,
      options: '-c x=1',
      extra: { channel_binding: 'require' },
    });
    expect(environment).toMatchObject({
      PGHOSTADDR: '10.0.0.1',
      PGSSLROOTCERT: '/r',
      PGSSLCERT: '/c',
      PGSSLKEY: '/k',
      PGPASSWORD: 'p',
      PGPASSFILE: '/f',
      PGOPTIONS: '-c x=1',
      PGCHANNELBINDING: 'require',
    });
  });

  test('cannot carry a NUL character', () => {
    expect(() => libpqEnvironment({ ...settings, dbname: 'a\0b' })).toThrow('NUL');
  });
});

test.each([
  ['plain', "'plain'"],
  ["it's", "'it\\'s'"],
  ['back\\slash', "'back\\\\slash'"],
  ['a=b c', "'a=b c'"],
  ['', "''"],
])('%j stands as %s in a connection string', (value, expected) => {
  expect(conninfoValue(value)).toBe(expected);
});

describe('a description for people', () => {
  test('has no password and no control characters', () => {
    const text = describeConnection({ ...settings, password: 'secret', dbname: 'a\u001b[31m\nb' });
    expect(text).toBe('alice@db1:5433/a?[31m?b');
  });

  test('puts an IPv6 address in brackets', () => {
    expect(describeConnection({ ...settings, host: '::1' })).toBe('alice@[::1]:5433/a=b');
  });
});
