import { describe, expect, it } from 'vitest';
import { compareVersions, parseToolVersion, versionOfNumber } from '../../../../src/core/postgres/version.ts';

describe('the version of a tool', () => {
  it.each([
    ['pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n', 15, 18, '15.18'],
    ['psql (PostgreSQL) 12.22', 12, 22, '12.22'],
    ['pg_dump (PostgreSQL) 17beta2', 17, 0, '17beta2'],
    ['pg_dump (PostgreSQL) 19devel', 19, 0, '19devel'],
    ['pg_dump (PostgreSQL) 16rc1 (Ubuntu 16~rc1-1.pgdg22.04+1)', 16, 0, '16rc1'],
  ])('is read from %j', (text, major, minor, short) => {
    expect(parseToolVersion(text)).toEqual({ major, minor, text: short, num: major * 10_000 + minor });
  });

  it.each(['', 'pg_dump 15', 'pg_dump (PostgreSQL) 9.6.24', 'hello'])('is not read from %j', (text) => {
    expect(() => parseToolVersion(text)).toThrow('no Postgres version');
  });

  it('orders by major and minor number, not by text', () => {
    const versions = [170_001, 90_600, 150_009, 150_018].map(versionOfNumber);
    expect(versions.sort(compareVersions).map((version) => version.text)).toEqual(['9.600', '15.9', '15.18', '17.1']);
  });
});
