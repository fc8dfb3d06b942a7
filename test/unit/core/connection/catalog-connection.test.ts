import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConnectionSources, catalogConnection } from '../../../../src/core/connection/connection-settings.ts';
import { PgSnapManError } from '../../../../src/core/errors.ts';

const sources = (env: Record<string, string> = {}, serviceFiles: string[] = []): ConnectionSources => ({
  env,
  account: 'os-account',
  serviceFiles,
});
const resolve = (url: string, env: Record<string, string> = {}, serviceFiles: string[] = []) =>
  catalogConnection(url, sources(env, serviceFiles));

describe('a connection URL', () => {
  test('says everything', () => {
    expect(
      resolve('postgresql://alice:s%3Acret@db1.example.org:5433/shop?sslmode=verify-full&connect_timeout=7'),
    ).toEqual({
      host: 'db1.example.org',
      port: 5433,
      user: 'alice',
      password: 's:cret',
      dbname: 'shop',
      sslmode: 'verify-full',
      connectTimeoutMs: 7000,
    });
  });

  test.each(['postgresql://', 'postgres://', 'libpq', ' postgresql:// '])(
    '%j leaves everything to the defaults',
    (url) => {
      expect(resolve(url)).toEqual({
        host: '/var/run/postgresql',
        port: 5432,
        user: 'os-account',
        dbname: 'os-account',
        sslmode: 'prefer',
        connectTimeoutMs: 20_000,
      });
    },
  );

  test.each([
    ['postgresql://%2Ftmp%2Fa%20b/db', '/tmp/a b'],
    ['postgresql:///db?host=/tmp/sockets', '/tmp/sockets'],
    ['postgresql:///db?host=%2Ftmp%2Fsockets', '/tmp/sockets'],
    ['postgresql://ignored/db?host=/tmp/sockets', '/tmp/sockets'],
    ['postgresql://[::1]:5433/db', '::1'],
    ['postgresql://[fe80::1%25eth0]/db', 'fe80::1%eth0'],
    ['postgresql:///db?hostaddr=10.0.0.1', '10.0.0.1'],
  ])('%s leads to host %s', (url, host) => {
    expect(resolve(url)).toMatchObject({ host, dbname: 'db' });
  });

  test('keeps names with any character, percent-encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (user, dbname) => {
          fc.pre(!`${user}${dbname}`.includes('\0') && `${user}${dbname}`.isWellFormed());
          const url = `postgresql://${encodeURIComponent(user)}@h/${encodeURIComponent(dbname)}`;
          expect(resolve(url)).toMatchObject({ user, dbname });
        },
      ),
    );
  });

  test('reads ssl=true as JDBC means it', () => {
    expect(resolve('postgresql://h/db?ssl=true').sslmode).toBe('require');
  });

  test('passes on what only the Postgres tools need, and ignores what makes no difference', () => {
    const settings = resolve('postgresql://h/db?channel_binding=require&application_name=x&keepalives=1');
    expect(settings.extra).toEqual({ channel_binding: 'require' });
    expect(settings).not.toHaveProperty('application_name');
  });

  test.each([
    ['mysql://h/db', 'does not begin with postgresql://'],
    ['h:5432/db', 'does not begin with postgresql://'],
    ['postgresql://h:port/db', 'not a port number'],
    ['postgresql://h:65536/db', 'not a port number'],
    ['postgresql://h:0/db', 'not a port number'],
    ['postgresql://h1,h2/db', 'several hosts'],
    ['postgresql:///db?host=h1,h2', 'several hosts'],
    ['postgresql://h/db?sslmode=strict', 'sslmode "strict" is not known'],
    ['postgresql://h/db?nonsense=1', 'connection parameter "nonsense"'],
    ['postgresql://h/db?target_session_attrs=primary', 'connection parameter "target_session_attrs"'],
    ['postgresql://h/db?sslmode', 'a parameter without ='],
    ['postgresql://h/%zz', 'not followed by two digits'],
    ['postgresql://h/a%00b', '%00'],
    ['postgresql://h/db?connect_timeout=soon', 'connect_timeout "soon"'],
  ])('%s is refused', (url, reason) => {
    const attempt = () => resolve(url);
    expect(attempt).toThrow(PgSnapManError);
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(expect.objectContaining({ code: 'configuration' }));
  });

  test('never shows a password that was not percent-encoded in an error', () => {
    for (const url of [
      'postgresql://u:se/cret@h/db',
      'postgresql://u:secret%zz@h/db',
      'postgresql://u:secret@h:secret/db',
    ]) {
      expect(() => resolve(url)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('cret') }));
    }
  });
});

describe('precedence', () => {
  const env = { PGHOST: '/tmp/env', PGPORT: '5440', PGUSER: 'env-user', PGDATABASE: 'env-db', PGSSLMODE: 'require' };
  const file = '[prod]\nhost=service-host\nport=5450\n# a comment\nuser=service-user\n\n[test]\nhost=other\n';

  test('the environment says what the URL does not', () => {
    expect(resolve('postgresql://', env)).toMatchObject({
      host: '/tmp/env',
      port: 5440,
      user: 'env-user',
      dbname: 'env-db',
      sslmode: 'require',
    });
  });

  test('a service wins over the environment, the URL over both', () => {
    expect(resolve('postgresql://url-user@/?service=prod', env, [file])).toMatchObject({
      host: 'service-host',
      port: 5450,
      user: 'url-user',
      dbname: 'env-db',
    });
    expect(resolve('libpq', { ...env, PGSERVICE: 'test' }, [file])).toMatchObject({ host: 'other', port: 5440 });
  });

  test('the first file that has the service counts, and in it the first value', () => {
    const own = '[prod]\nhost = mine \nhost=late\n';
    expect(resolve('libpq', { PGSERVICE: 'prod' }, [own, file])).toMatchObject({ host: 'mine', port: 5432 });
    expect(resolve('libpq', { PGSERVICE: 'test' }, [own, file])).toMatchObject({ host: 'other' });
  });

  test('the database is called like the user if nobody says otherwise', () => {
    expect(resolve('postgresql://alice@h')).toMatchObject({ user: 'alice', dbname: 'alice' });
    expect(resolve('postgresql://h', { PGUSER: 'bob' })).toMatchObject({ user: 'bob', dbname: 'bob' });
  });

  test('a password comes from the URL, a service or PGPASSWORD', () => {
    expect(resolve('postgresql://u:one@h', { PGPASSWORD: 'two' }).password).toBe('one');
    expect(resolve('postgresql://u@h', { PGPASSWORD: 'two' }).password).toBe('two');
    expect(resolve('postgresql://u@h')).not.toHaveProperty('password');
  });

  test('PGOPTIONS is not ours, options in the URL are', () => {
    expect(resolve('postgresql://h', { PGOPTIONS: '-c x=1' })).not.toHaveProperty('options');
    expect(resolve('postgresql://h?options=-c%20x%3D1')).toMatchObject({ options: '-c x=1' });
  });

  test('a service that is nowhere is an error with a hint', () => {
    expect(() => resolve('libpq', { PGSERVICE: 'nowhere' }, [file])).toThrow(
      expect.objectContaining({ code: 'configuration', message: 'service "nowhere" is in no connection service file' }),
    );
  });

  test.each(['[x]\nnonsense\n', '[x]\nservice=y\n', '[x]\nwhat=ever\n'])(
    'a service file with %j is refused',
    (text) => {
      expect(() => resolve('libpq', { PGSERVICE: 'x' }, [text])).toThrow(PgSnapManError);
    },
  );

  test.each([
    ['0', 0],
    ['-1', 0],
    ['1', 2000],
    ['30', 30_000],
  ])('connect_timeout=%s is %i ms, as in libpq', (text, ms) => {
    expect(resolve('libpq', { PGCONNECT_TIMEOUT: text }).connectTimeoutMs).toBe(ms);
  });
});
