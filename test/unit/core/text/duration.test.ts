import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../../src/core/text/duration.ts';

describe('a time span', () => {
  it.each([
    ['90s', 90_000],
    ['24h', 86_400_000],
    ['10 minutes', 600_000],
    ['1h 30m', 5_400_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['2 weeks', 1_209_600_000],
    ['1.5 hours', 5_400_000],
    ['500ms', 500],
    ['0s', 0],
  ])('is read from %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['10', '', 'h', '10 parsecs', '-1h', '1h or so', '1,5h', 'constructor', '1constructor'])(
    'is not read from %j',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    [0, '0.0s'],
    [440, '0.4s'],
    [9949, '9.9s'],
    [9951, '10s'],
    [59_499, '59s'],
    [59_600, '1m00s'],
    [245_000, '4m05s'],
    [3_599_600, '1h00m'],
    [7_380_000, '2h03m'],
    [273_600_000, '3d04h'],
  ])('of %d ms is shown as %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
