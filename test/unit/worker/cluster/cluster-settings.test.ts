import { describe, expect, test } from 'vitest';
import {
  accountMap,
  baseSettings,
  configurationFile,
  hostBasedAuthentication,
  listElement,
} from '../../../../src/worker/cluster/cluster-settings.ts';

describe('the configuration of a private cluster', () => {
  test('quotes values', () => {
    expect(configurationFile({ a: "it's", b: 'c:\\d', c: true, d: 5 })).toBe(
      "a = 'it''s'\nb = 'c:\\\\d'\nc = 'on'\nd = '5'\n",
    );
  });

  test('keeps commas, spaces and quotes in a directory together', () => {
    expect(listElement('/tmp/a, "b"')).toBe('"/tmp/a, ""b"""');
  });

  test('listens nowhere unless asked', () => {
    const base = { socketDirectory: '/s', port: 5432, durable: true };
    expect(baseSettings({ ...base, listen: null })).toMatchObject({ listen_addresses: '' });
    expect(baseSettings({ ...base, listen: null })).not.toHaveProperty('fsync');
    expect(baseSettings({ ...base, listen: '127.0.0.1', durable: false })).toMatchObject({
      listen_addresses: '127.0.0.1',
      fsync: false,
    });
  });

  test('lets accounts in over the socket, and passwords over loopback', () => {
    expect(hostBasedAuthentication('peer', null)).toBe('local all all peer map=pgsnapman\n');
    expect(hostBasedAuthentication('trust', '127.0.0.1')).toContain('host all all 127.0.0.1/32 scram-sha-256');
  });

  test('maps each account once', () => {
    expect(accountMap(['root', 'postgres', 'root'], 'pgsnapman')).toBe(
      'pgsnapman "root" "pgsnapman"\npgsnapman "postgres" "pgsnapman"\n',
    );
  });
});
