import { runsOnDay, type Schedule } from './schedule.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** 29 February on a given weekday comes within 40 years, also across 2100. */
const SEARCH = 50 * 366 * DAY;

/**
 * The first local time that a schedule names, from `from` (included) to `until` (excluded); null if there is none.
 * Local times are milliseconds counted as if they were UTC: here every day has 24 hours.
 */
export function nextLocalTime(schedule: Schedule, from: number, until: number): number | null {
  const start = Math.ceil(from / MINUTE) * MINUTE;
  const end = Math.min(until, start + SEARCH);
  let day = Math.floor(start / DAY) * DAY;
  while (day < end) {
    const date = new Date(day);
    const month = date.getUTCMonth() + 1;
    if (schedule.months[month] !== true) {
      day = Date.UTC(date.getUTCFullYear(), month, 1);
      continue;
    }
    if (runsOnDay(schedule, month, date.getUTCDate(), date.getUTCDay())) {
      const minute = nextMinuteOfDay(schedule, Math.max(0, start - day) / MINUTE);
      if (minute !== null) return day + minute * MINUTE < end ? day + minute * MINUTE : null;
    }
    day += DAY;
  }
  return null;
}

function nextMinuteOfDay(schedule: Schedule, from: number): number | null {
  for (let hour = Math.floor(from / 60); hour < 24; hour++) {
    if (schedule.hours[hour] !== true) continue;
    for (let minute = Math.max(0, from - hour * 60); minute < 60; minute++) {
      if (schedule.minutes[minute] === true) return hour * 60 + minute;
    }
  }
  return null;
}
