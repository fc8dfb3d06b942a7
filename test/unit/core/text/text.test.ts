import { describe, expect, it } from 'vitest';
import { countOf, formatBytes, formatCount } from '../../../../src/core/text/numbers.ts';
import { plain, plainLines } from '../../../../src/core/text/plain.ts';
import { suggest } from '../../../../src/core/text/suggestion.ts';
import { formatTime, parseTime } from '../../../../src/core/text/time.ts';
import { displayWidth, pad, truncate } from '../../../../src/core/text/width.ts';

describe('text from outside', () => {
  it('loses what could move a cursor or colour a terminal', () => {
    expect(plain('\x1b[31mred\x1b[0m\x07\x9b2J')).toBe('[31mred[0m2J');
  });

  it('stays on one line', () => {
    expect(plain('a\nb\r\nc\td\u2028e')).toBe('a b c d e');
  });

  it('can not turn the direction of what follows', () => {
    expect(plain('a\u202eb\u2066c')).toBe('abc');
  });

  it('keeps letters of all scripts and emoji', () => {
    expect(plain('Größe 日本 👩‍👩‍👧')).toBe('Größe 日本 👩‍👩‍👧');
  });

  it('of several lines stays several lines', () => {
    expect(plainLines('a\x1bb\r\nc\n')).toEqual(['ab', 'c', '']);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_048_575, '1.0 MiB'],
    [180_281_000_000, '167.9 GiB'],
    [2 ** 60, '1024.0 PiB'],
  ])('of %d bytes is shown as %j', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('a count', () => {
  it('has its thousands apart', () => {
    expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('has a noun in the right number', () => {
    expect([countOf(0, 'row'), countOf(1, 'row'), countOf(2000, 'row')]).toEqual(['0 rows', '1 row', '2,000 rows']);
  });
});

describe('a suggestion', () => {
  it('is the nearest word', () => {
    expect(suggest('ulr', ['url', 'root'])).toBe('url');
    expect(suggest('bin_directory', ['bin_directories'])).toBeNull();
    expect(suggest('max_paralel', ['max_parallel', 'max_parallel_dumps'])).toBe('max_parallel');
  });

  it('is missing if nothing is near', () => {
    expect(suggest('xyzzy', ['url', 'root'])).toBeNull();
  });
});

describe('a point in time', () => {
  const now = new Date('2026-01-31T12:00:00Z');

  it.each([
    ['24h', '2026-01-30T12:00:00.000Z'],
    ['2026-01-30T03:00:00Z', '2026-01-30T03:00:00.000Z'],
    ['2026-01-30 03:00+02', '2026-01-30T01:00:00.000Z'],
    ['2026-01-30 03:00:05.5 +0530', '2026-01-29T21:30:05.500Z'],
    ['2026-01-30t03:00z', '2026-01-30T03:00:00.000Z'],
  ])('is read from %j', (text, iso) => {
    expect(parseTime(text, now)?.toISOString()).toBe(iso);
  });

  it('without a zone is local time', () => {
    expect(parseTime('2026-01-30 03:00', now)).toEqual(new Date(2026, 0, 30, 3));
    expect(parseTime('2026-01-30', now)).toEqual(new Date(2026, 0, 30));
  });

  it.each(['2026-02-30', '2026-01-30T25:00', 'yesterday', '2026', '', '2026-13-01', '03:00'])(
    'is not read from %j',
    (text) => {
      expect(parseTime(text, now)).toBeNull();
    },
  );

  it('is shown in the zone of the viewer', () => {
    const time = new Date('2026-07-01T23:30:00Z');
    expect(formatTime(time, 'Europe/Berlin')).toBe('2026-07-02 01:30:00');
    expect(formatTime(time, 'UTC')).toBe('2026-07-01 23:30:00');
  });
});

describe('the width of a text', () => {
  it('counts columns of a terminal, not code units', () => {
    expect(['abc', '日本', 'é', '👩‍👩‍👧'].map(displayWidth)).toEqual([3, 4, 1, 2]);
  });

  it('is cut between characters, with an ellipsis', () => {
    expect(truncate('日本語', 6)).toBe('日本語');
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(truncate('abc', 0)).toBe('');
  });

  it('is filled up on the side that is asked for', () => {
    expect(pad('日本', 6)).toBe('日本  ');
    expect(pad('12', 4, 'right')).toBe('  12');
    expect(pad('日本語', 4)).toBe('日… ');
  });
});
