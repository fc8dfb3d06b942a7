import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestRun, nextRun } from '../../../../src/core/schedule/next-run.ts';
import { parseSchedule } from '../../../../src/core/schedule/parse-schedule.ts';
import { runsOnDay, type Schedule } from '../../../../src/core/schedule/schedule.ts';
import { isTimeZone, zoneClock } from '../../../../src/core/schedule/time-zone.ts';

const MINUTE = 60_000;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
  'Africa/Casablanca',
  'Pacific/Apia',
  'America/St_Johns',
];

/** Runs in `(after, until]`, in ISO 8601. */
function runs(text: string, zone: string, after: string, until: string): string[] {
  const schedule = parseSchedule(text);
  const found: string[] = [];
  let at = nextRun(schedule, new Date(after), zone);
  while (at <= new Date(until)) {
    found.push(at.toISOString().slice(0, 16));
    at = nextRun(schedule, at, zone);
  }
  return found;
}

/** What the wall clock shows, read in another way than the code under test does. */
function wallClock(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (instant) => Date.parse(`${format.format(instant).replace(' ', 'T')}:00Z`);
}

function matches(schedule: Schedule, local: number): boolean {
  const date = new Date(local);
  return (
    schedule.minutes[date.getUTCMinutes()] === true &&
    schedule.hours[date.getUTCHours()] === true &&
    runsOnDay(schedule, date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay())
  );
}

/** Watches the clock minute by minute: slow, and plain enough to be believed. Runs in `[from, until)`. */
function simulate(schedule: Schedule, zone: string, from: number, until: number): number[] {
  const clock = wallClock(zone);
  const found: number[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let previous = clock(from - 200 * MINUTE);
  for (let instant = from - 199 * MINUTE; instant < until; instant += MINUTE) {
    const local = clock(instant);
    let run = matches(schedule, local) && (schedule.followsRealHours || local > newest);
    for (let skipped = previous + MINUTE; skipped < local && !schedule.everyHour; skipped += MINUTE) {
      run ||= matches(schedule, skipped);
    }
    if (run && instant >= from) found.push(instant);
    newest = Math.max(newest, local);
    previous = local;
  }
  return found;
}

describe('nextRun', () => {
  it('is strictly after the given time and on a whole minute', () => {
    expect(runs('30 3 * * *', 'UTC', '2026-01-01T03:29:59.999Z', '2026-01-02T03:30:00Z')).toEqual([
      '2026-01-01T03:30',
      '2026-01-02T03:30',
    ]);
  });

  it('runs a time that is skipped in spring once, right after the gap', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(runs('*/10 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T01:00',
    ]);
    expect(runs('0 */2 * * *', 'Europe/Berlin', '2026-03-28T22:30Z', '2026-03-29T03:00Z')).toEqual([
      '2026-03-28T23:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
    ]);
    expect(runs('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', '2026-10-04T12:00Z')).toEqual([
      '2026-10-03T15:30',
    ]);
  });

  it('runs a day that a zone left out once, when the next one begins', () => {
    expect(runs('0 3 * * *', 'Pacific/Apia', '2011-12-29T11:00Z', '2011-12-31T20:00Z')).toEqual([
      '2011-12-29T13:00',
      '2011-12-30T10:00',
      '2011-12-30T13:00',
      '2011-12-31T13:00',
    ]);
  });

  it('runs a fixed time in the hour that comes twice in autumn once', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(nextRun(parseSchedule('30 2 * * *'), new Date('2026-10-25T01:10Z'), 'Europe/Berlin').toISOString()).toBe(
      '2026-10-26T01:30:00.000Z',
    );
  });

  it('runs hourly schedules each real hour, in spring and in autumn', () => {
    expect(runs('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29T03:00Z')).toHaveLength(3);
    expect(runs('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00Z', '2026-10-25T03:00Z')).toHaveLength(4);
    expect(runs('30 0-23 * * *', 'Europe/Berlin', '2026-10-24T23:00Z', '2026-10-25T03:00Z')).toHaveLength(4);
  });

  it('finds days that are years away', () => {
    expect(runs('0 0 29 2 *', 'Europe/Berlin', '2026-01-01T00:00Z', '2033-01-01T00:00Z')).toEqual([
      '2028-02-28T23:00',
      '2032-02-28T23:00',
    ]);
    // 29 February on a Sunday; in 2100 there is none.
    expect(runs('0 0 29 2 */7', 'UTC', '2073-01-01T00:00Z', '2113-01-01T00:00Z')).toEqual(['2088-02-29T00:00']);
    expect(nextRun(parseSchedule('0 0 29 2 */7'), new Date('2088-03-01T00:00Z'), 'UTC').toISOString()).toBe(
      '2128-02-29T00:00:00.000Z',
    );
  });

  it('refuses a zone that is not known, with a hint', () => {
    expect(() => nextRun(parseSchedule('@daily'), new Date(), 'Mars/Olympus')).toThrowError('time zone "Mars/Olympus"');
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(isTimeZone('Europe/Berlin')).toBe(true);
  });

  it('agrees with a clock that is watched minute by minute, in every zone', { timeout: 120_000 }, () => {
    const anyValue = (first: number, last: number) =>
      fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: first, max: last }).map(String) },
        fc.constant('*'),
        fc.integer({ min: 2, max: Math.max(2, last >> 1) }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: first, max: last }))
          .map(([a, b]) => (a === b ? `${a}` : `${Math.min(a, b)}-${Math.max(a, b)}`)),
      );
    const schedules = fc
      .tuple(
        anyValue(0, 59),
        fc.oneof({ weight: 3, arbitrary: anyValue(0, 4) }, anyValue(0, 23)),
        fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, anyValue(1, 31)),
        fc.constant('*'),
        fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, anyValue(0, 7)),
      )
      .map((fields) => fields.join(' '));
    fc.assert(
      fc.property(schedules, fc.constantFrom(...ZONES), fc.nat(), (text, zone, seed) => {
        const schedule = parseSchedule(text);
        const from = interestingStart(zone, seed);
        const until = from + 2 * 24 * 60 * MINUTE;
        const found: number[] = [];
        let at = nextRun(schedule, new Date(from - 1), zone).getTime();
        while (at < until) {
          found.push(at);
          at = nextRun(schedule, new Date(at), zone).getTime();
        }
        expect(found, `${text} in ${zone} from ${new Date(from).toISOString()}`).toEqual(
          simulate(schedule, zone, from, until),
        );
      }),
      { numRuns: 150 },
    );
  });
});

/** A start shortly before a change of the clocks, if the zone has one in the year that the seed picks. */
function interestingStart(zone: string, seed: number): number {
  const year = Date.UTC(2010 + (seed % 28), seed % 12, 1);
  const segment = zoneClock(zone).segmentAt(year);
  const change = segment.until;
  return Math.floor((change - ((seed >> 5) % 48) * 60 * MINUTE) / MINUTE) * MINUTE;
}

describe('newestRun', () => {
  it('finds the newest of many and counts the others', () => {
    const hourly = parseSchedule('0 * * * *');
    expect(newestRun(hourly, new Date('2026-01-01T00:00Z'), new Date('2026-01-02T00:30Z'), 'UTC')).toEqual({
      at: new Date('2026-01-02T00:00Z'),
      others: 23,
    });
    expect(newestRun(hourly, new Date('2026-01-01T00:00Z'), new Date('2026-01-01T00:59Z'), 'UTC')).toBeNull();
    expect(newestRun(hourly, new Date('2026-01-01T00:00Z'), new Date('2026-01-01T01:00Z'), 'UTC')).toEqual({
      at: new Date('2026-01-01T01:00Z'),
      others: 0,
    });
  });

  it('is the last of all runs in the stretch', () => {
    const texts = ['* * * * *', '*/7 2-4 * * *', '0 3 * * 0', '0 0 1 * *', '30 2 * * *'];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom(...ZONES),
        fc.integer({ min: 0, max: 500_000 }),
        fc.integer({ min: 0, max: 50_000 }),
        (text, zone, startMinute, minutes) => {
          const schedule = parseSchedule(text);
          const after = new Date(Date.UTC(2026, 0, 1) + startMinute * MINUTE);
          const until = new Date(after.getTime() + minutes * MINUTE);
          let last: Date | null = null;
          let count = 0;
          for (let at = nextRun(schedule, after, zone); at <= until; at = nextRun(schedule, at, zone)) {
            last = at;
            count++;
          }
          const newest = newestRun(schedule, after, until, zone, Number.POSITIVE_INFINITY);
          expect(newest?.at ?? null).toEqual(last);
          expect(newest?.others ?? 0).toBe(Math.max(0, count - 1));
        },
      ),
      { numRuns: 60 },
    );
  });
});
