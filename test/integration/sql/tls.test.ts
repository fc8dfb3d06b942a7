import { chown, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectionSettings,
  catalogConnection,
  libpqEnvironment,
} from '../../../src/core/connection/connection-settings.ts';
import { connect } from '../../../src/sql/connection.ts';
import { runChild } from '../../../src/worker/process/run-child.ts';
import { startTestCluster, type TestCluster } from '../../support/clusters.ts';

let cluster: TestCluster;
let folder: string;

async function openssl(...args: string[]): Promise<void> {
  const result = await runChild({ file: '/usr/bin/openssl', args, env: {} }, { cwd: folder });
  if (result.exitCode !== 0) throw new Error(`openssl: ${result.startError ?? result.stderrTail.join('\n')}`);
}

/** A server with a certificate for `localhost` only, signed by an authority of our own; role onlytls may not come without. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
  const ca = ['-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.crt'];
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...ca);
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '30',
    '-subj',
    '/CN=Other',
    '-keyout',
    'other.key',
    '-out',
    'other.crt',
  );
  await openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-copy_extensions',
    'copy',
    '-out',
    'server.crt',
  );
  cluster = await startTestCluster({ loopback: true });
  const data = join(cluster.directory, 'data');
  const { uid, gid } = await stat(data);
  for (const name of ['server.key', 'server.crt']) {
    await copyFile(join(folder, name), join(data, name));
    await chown(join(data, name), uid, gid);
  }
  await cluster.psql(
    'postgres',
    `create role alice login password 'right'; create role onlytls login password 'right'; create role neveralone login password 'right';
    alter system set ssl = on;
    create temp table hba (line text);
    insert into hba values ('local all all trust'), ('hostnossl all onlytls 127.0.0.1/32 reject'), ('hostssl all neveralone 127.0.0.1/32 reject'), ('host all all 127.0.0.1/32 scram-sha-256');
    copy hba to '${join(data, 'pg_hba.conf')}'; select pg_reload_conf()`,
  );
  await cluster.stop();
  await cluster.start();
});
afterAll(async () => {
  await cluster?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
});

function settings(changes: Partial<ConnectionSettings>): ConnectionSettings {
  const url = cluster.tcpUrl('postgres', 'alice', 'right').replace('127.0.0.1', 'localhost');
  const sources = { env: {}, account: 'x', serviceFiles: [] };
  return { ...catalogConnection(url, sources), hostaddr: '127.0.0.1', ...changes };
}

const pathOf = (name: string) => join(folder, name);

async function usesTls(changes: Partial<ConnectionSettings>): Promise<boolean | undefined> {
  const c = await connect(settings(changes));
  const row = await c.row<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  await c.close();
  return row?.ssl;
}

/** What psql finds under the same settings; null: it cannot connect. */
async function psqlUsesTls(changes: Partial<ConnectionSettings>): Promise<boolean | null> {
  const args = ['-XAtw', '-c', 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'];
  const env = libpqEnvironment(settings(changes));
  const result = await runChild({ file: join(cluster.binDirectory, 'psql'), args, env });
  return result.exitCode === 0 ? result.stdout.trim() === 't' : null;
}

describe('sslmode means the same to us as to libpq', () => {
  const cases: [string, () => Partial<ConnectionSettings>, boolean | null][] = [
    ['disable', () => ({ sslmode: 'disable' }), false],
    ['allow, and plain is allowed', () => ({ sslmode: 'allow' }), false],
    ['allow, and plain is rejected', () => ({ sslmode: 'allow', user: 'onlytls' }), true],
    ['prefer', () => ({ sslmode: 'prefer' }), true],
    ['prefer, and TLS is rejected', () => ({ sslmode: 'prefer', user: 'neveralone' }), false],
    ['require', () => ({ sslmode: 'require' }), true],
    ['require, and TLS is rejected', () => ({ sslmode: 'require', user: 'neveralone' }), null],
    ['disable, and plain is rejected', () => ({ sslmode: 'disable', user: 'onlytls' }), null],
    ['verify-ca', () => ({ sslmode: 'verify-ca', sslrootcert: pathOf('ca.crt') }), true],
    ['verify-ca with another name', () => ({ sslmode: 'verify-ca', sslrootcert: pathOf('ca.crt'), host: 'db1' }), true],
    ['verify-ca with another authority', () => ({ sslmode: 'verify-ca', sslrootcert: pathOf('other.crt') }), null],
    ['require with another authority', () => ({ sslmode: 'require', sslrootcert: pathOf('other.crt') }), null],
    ['prefer with another authority', () => ({ sslmode: 'prefer', sslrootcert: pathOf('other.crt') }), false],
    ['verify-full', () => ({ sslmode: 'verify-full', sslrootcert: pathOf('ca.crt') }), true],
    [
      'verify-full with another name',
      () => ({ sslmode: 'verify-full', sslrootcert: pathOf('ca.crt'), host: 'db1' }),
      null,
    ],
    [
      'verify-full by address',
      () => ({ sslmode: 'verify-full', sslrootcert: pathOf('ca.crt'), host: '127.0.0.1' }),
      null,
    ],
    [
      'verify-full without a root certificate',
      () => ({ sslmode: 'verify-full', sslrootcert: pathOf('none.crt') }),
      null,
    ],
  ];
  test.each(cases)('%s', async (_, changes, expected) => {
    expect(await psqlUsesTls(changes())).toBe(expected);
    if (expected === null) await expect(usesTls(changes())).rejects.toMatchObject({ code: 'run_failed' });
    else expect(await usesTls(changes())).toBe(expected);
  });
});

test.each<[string, () => Partial<ConnectionSettings>, string, string]>([
  [
    'another authority',
    () => ({ sslmode: 'verify-ca', sslrootcert: pathOf('other.crt') }),
    'tls',
    '^TLS with server localhost:\\d+ failed: ',
  ],
  ['another name', () => ({ sslmode: 'verify-full', sslrootcert: pathOf('ca.crt'), host: 'db1' }), 'tls', 'db1'],
  [
    'a missing file',
    () => ({ sslmode: 'verify-full', sslrootcert: pathOf('none.crt') }),
    'tls',
    'root certificate file ".*none.crt" cannot be read: ENOENT',
  ],
  ['system certificates with a weak mode', () => ({ sslmode: 'require', sslrootcert: 'system' }), 'tls', 'too weak'],
  [
    'a rejected way',
    () => ({ sslmode: 'disable', user: 'onlytls' }),
    'authentication',
    'pg_hba.conf rejects connection',
  ],
])('%s is said in one sentence', async (_, changes, reason, sentence) => {
  await expect(usesTls(changes())).rejects.toMatchObject({
    reason,
    message: expect.stringMatching(new RegExp(sentence)),
  });
});
