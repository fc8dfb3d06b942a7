import { countOf } from '../../core/text/numbers.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone in which this person reads times. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
  weekday: string;
}

function partsOf(time: Date, zone: string): Parts {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value])) as unknown as Parts;
}

/** `11-22 03:04`, or `2024-11-22` where the year is not this one; always 11 columns or less. */
export function shortTime(time: Date | null, now: Date, zone: string): string {
  if (time === null) return '-';
  const { year, month, day, hour, minute } = partsOf(time, zone);
  return year === partsOf(now, zone).year ? `${month}-${day} ${hour}:${minute}` : `${year}-${month}-${day}`;
}

/** `2025-11-22 03:04:12`. */
export function fullTime(time: Date | null, zone: string): string {
  if (time === null) return '-';
  const { year, month, day, hour, minute, second } = partsOf(time, zone);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** `Sat 2025-11-22 03:04`: a run to come. */
export function runTime(time: Date, zone: string): string {
  const { year, month, day, hour, minute, weekday } = partsOf(time, zone);
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}`;
}

/** `03:04`. */
export function clockTime(time: Date, zone: string): string {
  const { hour, minute } = partsOf(time, zone);
  return `${hour}:${minute}`;
}

/** How long ago, roughly: `just now`, `7 minutes ago`, `3 days ago`. */
export function ago(time: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - time.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${countOf(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`;
}
