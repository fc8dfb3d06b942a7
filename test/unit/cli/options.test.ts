import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/cli/options/instance-address.ts';
import { checkTiming, parseKeep, parseWindow } from '../../../src/cli/options/job-options.ts';
import {
  mapping,
  pointInTime,
  postgresName,
  timeToCome,
  timezone,
  wholeNumber,
} from '../../../src/cli/options/values.ts';

const usage = expect.objectContaining({ code: 'usage', hint: expect.any(String) });

describe('HOST[:PORT]', () => {
  it.each([
    ['db1.example.org', 'db1.example.org', 5432],
    ['db1:5433', 'db1', 5433],
    ['10.0.0.1:1', '10.0.0.1', 1],
    ['::1', '::1', 5432],
    ['[::1]', '::1', 5432],
    ['[fe80::1%eth0]:5433', 'fe80::1%eth0', 5433],
    ['local', 'local', 5432],
    ['local:5440', 'local', 5440],
    ['/var/run/postgresql', '/var/run/postgresql', 5432],
    ['/var/run/postgresql:5433', '/var/run/postgresql', 5433],
    ['/tmp/.s_1/pg-15+x@y:5433', '/tmp/.s_1/pg-15+x@y', 5433],
    ['my_host.internal', 'my_host.internal', 5432],
    ['bücher.example', 'bücher.example', 5432],
  ])('%s is host %s and port %d', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each(['', ':5432', 'db1:', 'db1:0', 'db1:65536', 'db1:x', 'a b', 'a\nb', '[::1', 'db1:5432:1x'])(
    '%j is a usage error',
    (text) => {
      expect(() => parseAddress(text)).toThrow(usage);
    },
  );
});

describe('HOST with the syntax of something else', () => {
  it.each([
    'h;id',
    '$(id)',
    '`id`',
    "h'--",
    'h"x',
    'h|id',
    'h&id',
    'h>f',
    'a,b',
    'h\\x',
    '-h',
    '/tmp;id',
    '/a,/b',
    "/a'b",
  ])('%j is a usage error', (text) => {
    expect(() => parseAddress(text)).toThrow(usage);
  });
});

describe('--keep and --window', () => {
  it('--keep is four numbers', () => {
    expect(parseKeep('14, 2,5,2')).toEqual({ keep_daily: 14, keep_weekly: 2, keep_monthly: 5, keep_yearly: 2 });
    for (const text of ['14', '1,2,3', '1,2,3,x', '1,2,3,-4', '']) expect(() => parseKeep(text)).toThrow(usage);
  });

  it('--window is two times of day', () => {
    expect(parseWindow('20-6')).toEqual({ window_start: '20:00', window_end: '06:00' });
    expect(parseWindow('0:30-24')).toEqual({ window_start: '00:30', window_end: '00:00' });
    for (const text of ['20', '20-20', '25-6', '20:60-6', '0-24', 'a-b']) {
      expect(() => parseWindow(text)).toThrow(usage);
    }
  });
});

describe('a value of an option', () => {
  it('that is a number is whole and in its range', () => {
    const parse = wholeNumber('--jobs', 1, 64);
    expect(parse('64')).toBe(64);
    for (const text of ['0', '65', '1.5', '-1', 'x', '', '1e1', ' 1']) expect(() => parse(text)).toThrow(usage);
  });

  it('that is a name has 1 to 63 bytes, not characters', () => {
    const parse = postgresName('--db');
    expect(parse('a=b')).toBe('a=b');
    expect(parse('é'.repeat(31))).toHaveLength(31);
    for (const text of ['', 'é'.repeat(32), 'a\0b']) expect(() => parse(text)).toThrow(usage);
  });

  it('that is a time may be relative', () => {
    const parse = pointInTime('--since', () => new Date('2026-01-31T12:00:00Z'));
    expect(parse('24h')).toEqual(new Date('2026-01-30T12:00:00Z'));
    expect(() => parse('yesterday')).toThrow(usage);
  });

  it('that is a time to come counts a time span from now on', () => {
    const parse = timeToCome('--at', () => new Date('2026-01-31T12:00:00Z'));
    expect(parse('24h')).toEqual(new Date('2026-02-01T12:00:00Z'));
    expect(parse('2026-02-03T04:05Z')).toEqual(new Date('2026-02-03T04:05:00Z'));
    expect(() => parse('tomorrow')).toThrow(usage);
  });

  it('that is a time zone is known', () => {
    expect(timezone('Europe/Berlin')).toBe('Europe/Berlin');
    expect(() => timezone('Mars/Olympus')).toThrow(usage);
  });

  it('that is a mapping keeps what came before, and takes = in double quotes', () => {
    const parse = mapping('--map-role');
    expect(parse('"a=""b"=c', parse('x=y'))).toEqual({ x: 'y', 'a="b': 'c' });
    for (const text of ['x', '=y', 'x=', 'a=b=c', '"a=b']) expect(() => parse(text)).toThrow(usage);
  });
});

describe('the time of a job', () => {
  const at = new Date(0);

  it('is a schedule, once, or once at a time', () => {
    for (const timing of [{}, { schedule: '@daily' }, { once: true }, { once: true, at }]) checkTiming(timing);
  });

  it.each([
    [{ schedule: '@daily', once: true }, '--schedule and --once'],
    [{ schedule: '@daily', at }, '--schedule and --at'],
    [{ at }, '--at needs --once'],
  ])('is not %j', (timing, sentence) => {
    expect(() => checkTiming(timing)).toThrow(sentence);
  });
});
