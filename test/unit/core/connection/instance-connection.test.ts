import { describe, expect, test } from 'vitest';
import { instanceConnection } from '../../../../src/core/connection/connection-settings.ts';

const row = { host: 'db1', port: 5432, username: null, service: null, sslmode: null, maintenance_db: 'postgres' };
const sources = (env: Record<string, string> = {}, serviceFiles: string[] = []) => ({
  env,
  account: 'me',
  serviceFiles,
});

describe('the connection to an instance', () => {
  test('is what the row says, to the maintenance database unless a database is named', () => {
    const full = { ...row, port: 5433, username: 'backup', sslmode: 'verify-full' as const, maintenance_db: 'admin' };
    expect(instanceConnection(full, null, sources())).toEqual({
      host: 'db1',
      port: 5433,
      user: 'backup',
      dbname: 'admin',
      sslmode: 'verify-full',
      connectTimeoutMs: 20_000,
    });
    expect(instanceConnection(full, 'a=b', sources()).dbname).toBe('a=b');
  });

  test('never leads elsewhere because of PGHOST, PGHOSTADDR, PGPORT, PGDATABASE or PGSERVICE', () => {
    const env = { PGHOST: 'evil', PGHOSTADDR: '10.0.0.66', PGPORT: '6666', PGDATABASE: 'evil', PGSERVICE: 'evil' };
    const settings = instanceConnection(row, null, sources(env));
    expect(settings).toMatchObject({ host: 'db1', port: 5432, dbname: 'postgres' });
    expect(settings).not.toHaveProperty('hostaddr');
  });

  test('logs in as PGUSER, else as the operating system account', () => {
    expect(instanceConnection(row, null, sources({ PGUSER: 'dumper' })).user).toBe('dumper');
    expect(instanceConnection(row, null, sources()).user).toBe('me');
  });

  test.each([
    [{}, '/var/run/postgresql'],
    [{ PGHOST: '/tmp/sockets' }, '/tmp/sockets'],
    [{ PGHOST: 'db9' }, '/var/run/postgresql'],
  ])('local with %j is %s', (env, host) => {
    expect(instanceConnection({ ...row, host: 'local' }, null, sources(env)).host).toBe(host);
  });

  test('takes what the row does not say from its service, then from the environment', () => {
    const files = ['[prod]\nhost=service-host\nport=5450\nuser=service-user\nsslmode=require\ndbname=elsewhere\n'];
    const env = { PGSSLMODE: 'disable', PGUSER: 'env-user' };
    const named = { ...row, service: 'prod' };
    expect(instanceConnection(named, null, sources(env, files))).toMatchObject({
      host: 'db1',
      port: 5450,
      user: 'service-user',
      sslmode: 'require',
      dbname: 'postgres',
    });
    expect(instanceConnection({ ...named, host: 'local', port: 5460 }, 'x', sources(env, files))).toMatchObject({
      host: 'service-host',
      port: 5460,
      dbname: 'x',
    });
  });

  test('a service that its row names must exist', () => {
    expect(() => instanceConnection({ ...row, service: 'gone' }, null, sources())).toThrow('service "gone"');
  });
});
