import { parseDuration } from './duration.ts';

const FIELDS: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};
const formats = new Map<string, Intl.DateTimeFormat>();

/** A time for people, in their zone: `2025-11-22 03:04:12`. */
export function formatTime(time: Date, timezone: string): string {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: timezone });
    formats.set(timezone, format);
  }
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
}

/**
 * A point in time as people type it: `24h`, `7 days` (that long before `now`), or ISO 8601, in local time where it has no
 * zone. Null: neither.
 */
export function parseTime(text: string, now: Date): Date | null {
  const agoMs = parseDuration(text);
  if (agoMs !== null) return new Date(now.getTime() - agoMs);
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, day = '', clock = '00:00', zone = '', zoneMinutes = ''] = match;
  // Date rolls 30 February over to March; a day that does not exist is a typing error.
  if (!new Date(`${day}T00:00Z`).toJSON()?.startsWith(day)) return null;
  const time = new Date(`${day}T${clock}${zone.length === 3 ? `${zone}:${zoneMinutes || '00'}` : zone.toUpperCase()}`);
  return Number.isNaN(time.getTime()) ? null : time;
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:\s*(Z|[+-]\d\d)(?::?(\d\d))?)?)?$/i;
