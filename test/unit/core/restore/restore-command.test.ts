import { expect, test } from 'vitest';
import { type RestoreCommandOptions, restoreCommand } from '../../../../src/core/restore/restore-command.ts';

const options = (change: Partial<RestoreCommandOptions> = {}): RestoreCommandOptions => ({
  pgRestore: '/usr/bin/pg_restore',
  connection: {
    host: 'db1',
    port: 5433,
    user: 'clerk',
    dbname: "-o'dd\\ a=b",
    sslmode: 'prefer',
    connectTimeoutMs: 20_000,
    password: 'secret',
  },
  applicationName: 'pgsnapman 0189',
  section: 'data',
  jobs: 4,
  directory: '/staging/dump',
  listPath: '/staging/entries.list',
  withRoles: true,
  withTablespaces: true,
  options: ['--no-comments'],
  serverVersionNum: 150_018,
  maintenanceWorkMemKib: 65_536,
  ...change,
});

test('a section is restored by several jobs from the list', () => {
  expect(restoreCommand(options()).args).toEqual([
    '--section=data',
    '--jobs=4',
    '--no-password',
    '--use-list=/staging/entries.list',
    '--verbose',
    '--no-comments',
    String.raw`--dbname=dbname='-o\'dd\\ a=b'`,
    '/staging/dump',
  ]);
});

test('pre-data needs one session only', () => {
  expect(restoreCommand(options({ section: 'pre-data' })).args).toContain('--jobs=1');
});

test('without roles and tablespaces pg_restore sets neither', () => {
  const { args } = restoreCommand(options({ withRoles: false, withTablespaces: false }));
  expect(args).toEqual(expect.arrayContaining(['--no-owner', '--no-privileges', '--no-tablespaces']));
  expect(restoreCommand(options()).args.join(' ')).not.toMatch(/--no-(owner|privileges|tablespaces)/);
});

test('no secret is in the arguments, and the connection is in the environment', () => {
  const { args, env } = restoreCommand(options());
  expect(args.join(' ')).not.toContain('secret');
  expect(env).toMatchObject({ PGHOST: 'db1', PGPORT: '5433', PGUSER: 'clerk', PGAPPNAME: 'pgsnapman 0189' });
});

test('the session is fast, and free of what the server is set to', () => {
  const { env } = restoreCommand(options());
  expect(env.PGOPTIONS).toContain('-c synchronous_commit=off');
  expect(env.PGOPTIONS).toContain('-c maintenance_work_mem=262144kB');
  expect(env.PGOPTIONS).toContain('-c default_transaction_read_only=off');
  expect(env.PGOPTIONS).toContain('-c max_parallel_maintenance_workers=1');
});

test('memory is never less than the server gives by itself, nor without bounds', () => {
  expect(restoreCommand(options({ maintenanceWorkMemKib: 4_194_304 })).env.PGOPTIONS).toContain('=4194304kB');
  expect(restoreCommand(options({ jobs: 1 })).env.PGOPTIONS).toContain('=524288kB');
});

test('options of the connection stay, ours are added', () => {
  const { connection } = options();
  const { env } = restoreCommand(options({ connection: { ...connection, options: '-c geqo=off' } }));
  expect(env.PGOPTIONS).toMatch(/^-c geqo=off -c synchronous_commit=off /);
});

test('a server that does not know parallel index builds is not told about them', () => {
  expect(restoreCommand(options({ serverVersionNum: 100_000 })).env.PGOPTIONS).not.toContain('parallel');
});
