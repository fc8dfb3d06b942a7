import { zoneClock } from '../schedule/time-zone.ts';

const DAY_MS = 24 * 60 * 60_000;
/** 1 January 1970 was a Thursday; weeks begin on Monday. */
const THURSDAY = 3;

/** Gives for an instant the number of its local day, counted from 1 January 1970. @throws PgSnapManError usage */
export function localDays(timezone: string): (instant: Date) => number {
  const clock = zoneClock(timezone);
  let segment = { from: 0, until: 0, offset: 0 };
  return (instant) => {
    const time = instant.getTime();
    // Dumps come in order, so the stretch of the one before nearly always holds.
    if (time < segment.from || time >= segment.until) segment = clock.segmentAt(time);
    return Math.floor((time + segment.offset) / DAY_MS);
  };
}

/** Number of the ISO week that a day lies in; weeks that follow one another have numbers that do. */
export function weekOf(day: number): number {
  return Math.floor((day + THURSDAY) / 7);
}

/** Months since January 1970. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

export function yearOf(day: number): number {
  return new Date(day * DAY_MS).getUTCFullYear();
}

/** `2026-11-23` */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `2026-W48`: the ISO year is the one that the week's Thursday lies in. */
export function weekText(week: number): string {
  const thursday = week * 7;
  const year = yearOf(thursday);
  const number = Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** `2026-11` */
export function monthText(month: number): string {
  return `${1970 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}
