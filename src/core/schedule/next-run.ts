import { nextLocalTime } from './next-local-time.ts';
import type { Schedule } from './schedule.ts';
import { type ZoneSegment, zoneClock } from './time-zone.ts';

const MINUTE = 60_000;
/** Longer than any schedule that parseSchedule accepts can wait. */
const BLOCKS_TO_SEARCH = 200;

/**
 * When a schedule runs next, strictly after `after`, by the clocks of `zone` (an IANA name).
 *
 * - A local time that is skipped when clocks are put forward runs once, at the first minute after the gap. Schedules
 *   that name all 24 hours miss nothing by the gap and don't need that.
 * - A local time that comes twice when clocks are put back runs the first time only. A schedule whose hour begins with
 *   `*` (or names all 24) follows real hours and runs both times.
 *
 * @throws PgSnapManError usage for a zone that is not known
 */
export function nextRun(schedule: Schedule, after: Date, zone: string): Date {
  const clock = zoneClock(zone);
  let start = after.getTime() + 1;
  for (let searched = 0; searched < BLOCKS_TO_SEARCH; searched++) {
    const segment = clock.segmentAt(start);
    const found = firstRunIn(schedule, segment, start);
    if (found !== null) return new Date(found);
    start = segment.until;
  }
  throw new RangeError(`schedule "${schedule.text}" never runs after ${after.toISOString()}`);
}

function firstRunIn(schedule: Schedule, segment: ZoneSegment, start: number): number | null {
  const { from, until, offset, offsetBefore } = segment;
  if (start <= from && offset > offsetBefore && !schedule.everyHour) {
    if (nextLocalTime(schedule, from + offsetBefore, from + offset) !== null) return Math.ceil(from / MINUTE) * MINUTE;
  }
  // Up to this local time, the clocks have shown everything before.
  const shown = schedule.followsRealHours ? Number.NEGATIVE_INFINITY : from + offsetBefore;
  const local = nextLocalTime(schedule, Math.max(start + offset, shown), until + offset);
  return local === null ? null : local - offset;
}

/** The newest run in `(after, until]` and how many others are in there (at most `limit` are counted); null if none. */
export function newestRun(
  schedule: Schedule,
  after: Date,
  until: Date,
  zone: string,
  limit = 1000,
): { at: Date; others: number } | null {
  const newest = findNewest(schedule, after.getTime(), until.getTime(), zone);
  if (newest === null) return null;
  let others = 0;
  let at = nextRun(schedule, after, zone);
  while (at.getTime() < newest && others < limit) {
    others++;
    at = nextRun(schedule, at, zone);
  }
  return { at: new Date(newest), others };
}

/** Looks back over longer and longer stretches, so that neither a busy nor a rare schedule takes many steps. */
function findNewest(schedule: Schedule, after: number, until: number, zone: string): number | null {
  for (let stretch = 60 * MINUTE; ; stretch *= 8) {
    const low = Math.max(after, until - stretch);
    let newest: number | null = null;
    let at = nextRun(schedule, new Date(low), zone).getTime();
    while (at <= until) {
      newest = at;
      at = nextRun(schedule, new Date(at), zone).getTime();
    }
    if (newest !== null || low === after) return newest;
  }
}
