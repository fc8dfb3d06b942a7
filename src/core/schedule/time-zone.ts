import { PgSnapManError } from '../errors.ts';

/** A stretch of real time in which a zone's clocks differ from UTC by the same amount. Times are milliseconds. */
export interface ZoneSegment {
  /** First instant. */
  from: number;
  /** First instant that does not belong to it any more. */
  until: number;
  /** Local time minus UTC. */
  offset: number;
  /** The offset just before `from`; greater: clocks were put back, smaller: put forward; may be the same. */
  offsetBefore: number;
}

export interface ZoneClock {
  /** Local time minus UTC at an instant, in milliseconds. */
  offsetAt(instant: number): number;
  segmentAt(instant: number): ZoneSegment;
}

const DAY = 24 * 60 * 60_000;
/** Segments are looked for in blocks of this length, so a zone without changes costs no more than any other. */
const BLOCK = 400 * DAY;
/** No zone has changed its clocks twice within less than 6.9 days since 1975, nor will by the rules known today. */
const PROBE = 5 * DAY;

const clocks = new Map<string, ZoneClock>();

/** The clock of a time zone, by its IANA name. @throws PgSnapManError usage for a zone that is not known */
export function zoneClock(zone: string): ZoneClock {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = createClock(formatFor(zone));
    clocks.set(zone, clock);
  }
  return clock;
}

/** True for a time zone that schedules can be computed in. */
export function isTimeZone(zone: string): boolean {
  try {
    zoneClock(zone);
    return true;
  } catch {
    return false;
  }
}

/** Local time as milliseconds, counted as if it were UTC. */
export function localTime(instant: Date, zone: string): number {
  return instant.getTime() + zoneClock(zone).offsetAt(instant.getTime());
}

function formatFor(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new PgSnapManError(
      'usage',
      `time zone "${zone}" is not known here`,
      'use a name such as Europe/Berlin or UTC',
    );
  }
}

function createClock(format: Intl.DateTimeFormat): ZoneClock {
  const blocks = new Map<number, ZoneSegment[]>();
  const offsetAt = (instant: number): number => {
    const wholeSeconds = Math.floor(instant / 1000) * 1000;
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
      format.format(wholeSeconds).match(/[0-9]+/g) ?? []
    ).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds;
  };
  return {
    offsetAt,
    segmentAt(instant) {
      const number = Math.floor(instant / BLOCK);
      let segments = blocks.get(number);
      if (segments === undefined) {
        segments = segmentsOf(number * BLOCK, offsetAt);
        blocks.set(number, segments);
      }
      const segment = segments.find(({ until }) => instant < until);
      if (segment === undefined) throw new RangeError(`no time zone segment at ${instant}`);
      return segment;
    },
  };
}

function segmentsOf(start: number, offsetAt: (instant: number) => number): ZoneSegment[] {
  const segments: ZoneSegment[] = [];
  let from = start;
  let offset = offsetAt(start);
  let offsetBefore = offsetAt(start - 1000);
  for (let probe = start; probe < start + BLOCK; probe += PROBE) {
    const next = probe + PROBE;
    const offsetThere = offsetAt(next);
    if (offsetThere === offset) continue;
    const change = findChange(probe, next, offsetAt);
    if (change >= start + BLOCK) break;
    segments.push({ from, until: change, offset, offsetBefore });
    offsetBefore = offset;
    offset = offsetThere;
    from = change;
  }
  segments.push({ from, until: start + BLOCK, offset, offsetBefore });
  return segments;
}

/** The first second after `low` at which the offset of `high` holds, by bisection. */
function findChange(low: number, high: number, offsetAt: (instant: number) => number): number {
  const before = offsetAt(low);
  let [same, changed] = [low / 1000, high / 1000];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(middle * 1000) === before) same = middle;
    else changed = middle;
  }
  return changed * 1000;
}
