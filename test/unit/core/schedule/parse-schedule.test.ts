import fc from 'fast-check';
import { parse } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { PgSnapManError } from '../../../../src/core/errors.ts';
import { parseSchedule } from '../../../../src/core/schedule/parse-schedule.ts';
import { runsOnDay } from '../../../../src/core/schedule/schedule.ts';

const chosen = (field: readonly boolean[]): number[] => field.flatMap((yes, value) => (yes ? [value] : []));

describe('parseSchedule', () => {
  it('reads lists, ranges, steps and names', () => {
    const schedule = parseSchedule(' */20 1-3,22 1,10-12 JAN-mar,dec mon-Fri/2 ');
    expect(chosen(schedule.minutes)).toEqual([0, 20, 40]);
    expect(chosen(schedule.hours)).toEqual([1, 2, 3, 22]);
    expect(chosen(schedule.days)).toEqual([1, 10, 11, 12]);
    expect(chosen(schedule.months)).toEqual([1, 2, 3, 12]);
    expect(chosen(schedule.weekdays)).toEqual([1, 3, 5]);
    expect(schedule.text).toBe('*/20 1-3,22 1,10-12 JAN-mar,dec mon-Fri/2');
  });

  it('takes 0, 7 and sun for Sunday, also at the end of a range', () => {
    for (const field of ['0', '7', 'sun', 'SUN'])
      expect(chosen(parseSchedule(`0 0 * * ${field}`).weekdays)).toEqual([0]);
    expect(chosen(parseSchedule('0 0 * * 5-7').weekdays)).toEqual([0, 5, 6]);
    expect(chosen(parseSchedule('0 0 * * fri-sun').weekdays)).toEqual([0, 5, 6]);
    expect(chosen(parseSchedule('0 0 * * sun-tue').weekdays)).toEqual([0, 1, 2]);
    expect(chosen(parseSchedule('0 0 * * sun-sun').weekdays)).toEqual([0]);
  });

  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
  ])('knows the nickname %s', (nickname, fields) => {
    expect({ ...parseSchedule(nickname), text: '' }).toEqual({ ...parseSchedule(fields), text: '' });
  });

  it.each([
    ['', 'field'],
    ['* * * *', '4 fields'],
    ['* * * * * *', '6 fields'],
    ['@reboot', 'nickname'],
    ['@toString', 'nickname'],
    ['60 * * * *', '60 is no minute'],
    ['0 24 * * *', '24 is no hour'],
    ['0 0 0 * *', '0 is no day of month'],
    ['0 0 32 * *', '32 is no day of month'],
    ['0 0 * 13 *', '13 is no month'],
    ['0 0 * * 8', '8 is no day of week'],
    ['0 0 * january *', 'no month'],
    ['0 0 * mon *', 'mon is no month'],
    ['jan * * * *', 'jan is no minute'],
    ['5/10 * * * *', 'needs a range'],
    ['*/0 * * * *', 'zero'],
    ['10-5 * * * *', 'backwards'],
    ['0 0 1,,2 * *', 'no day of month'],
    ['0 0 L * *', 'no day of month'],
    ['0 0 * * 5#2', 'no day of week'],
    ['0 0 ? * *', 'no day of month'],
    ['-5 * * * *', 'no minute'],
    ['1.5 * * * *', 'no minute'],
    ['0 0 30 2 *', 'never comes'],
    ['0 0 31 2,4,6,9,11 *', 'never comes'],
    ['0 0 30 2 */2', 'never comes'],
    ['0 0 * * *\n0 0 * * *', 'not five'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseSchedule(text)).toThrowError(PgSnapManError);
    expect(() => parseSchedule(text)).toThrowError(reason);
  });

  it('runs on either day if both day fields are restricted, on days that fit both if one begins with a star', () => {
    const either = parseSchedule('0 0 13 * fri');
    expect(runsOnDay(either, 3, 13, 1)).toBe(true);
    expect(runsOnDay(either, 3, 14, 5)).toBe(true);
    expect(runsOnDay(either, 3, 14, 1)).toBe(false);
    for (const text of ['0 0 */2 * fri', '0 0 13 * */5', '0 0 *,13 * fri']) {
      const both = parseSchedule(text);
      expect(runsOnDay(both, 3, 13, 5), text).toBe(true);
      expect(runsOnDay(both, 3, 13, 1), text).toBe(false);
    }
    expect(runsOnDay(parseSchedule('0 0 30 2 mon'), 2, 5, 1)).toBe(true);
  });

  it('agrees with node-cron on every value list that both accept', () => {
    const number = (first: number, last: number) => fc.integer({ min: first, max: last });
    const item = (first: number, last: number) =>
      fc.oneof(
        number(first, last).map(String),
        fc.tuple(number(first, last), number(first, last)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc
          .tuple(number(first, last), number(first, last), number(1, last))
          .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}/${step}`),
        number(1, last).map((step) => `*/${step}`),
        fc.constant('*'),
      );
    const list = (first: number, last: number) =>
      fc.array(item(first, last), { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
    fc.assert(
      fc.property(list(0, 59), list(0, 23), list(1, 28), list(1, 12), list(0, 7), (...fields) => {
        const text = fields.join(' ');
        const ours = parseSchedule(text);
        const theirs = parse(text);
        const sorted = (values: readonly (number | string)[]): number[] =>
          [...new Set(values.map(Number))].sort((a, b) => a - b);
        expect(chosen(ours.minutes)).toEqual(sorted(theirs.minute));
        expect(chosen(ours.hours)).toEqual(sorted(theirs.hour));
        expect(chosen(ours.days)).toEqual(sorted(theirs.dayOfMonth));
        expect(chosen(ours.months)).toEqual(sorted(theirs.month));
        expect(chosen(ours.weekdays)).toEqual(sorted(theirs.dayOfWeek));
      }),
      { numRuns: 300 },
    );
  });
});
