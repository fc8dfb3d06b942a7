import { PgSnapManError } from '../../core/errors.ts';
import { parseDuration } from '../../core/text/duration.ts';
import { parseTime } from '../../core/text/time.ts';

/** Parsers for values of options; each throws `usage` with the option's name, so that wrong syntax is told before any lookup. */

const wrong = (option: string, value: string, expected: string): PgSnapManError =>
  new PgSnapManError('usage', `${option} ${value === '' ? 'is empty' : `"${value}" is not valid`}`, expected);

/** A whole number from `min` to `max`. */
export function wholeNumber(option: string, min: number, max = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
    throw wrong(option, value, `a whole number, ${range}`);
  };
}

/** A percentage such as `5` or `0.5%`, as a part of 1. */
export function share(option: string): (value: string) => number {
  return (value) => {
    const percent = /^(\d+(?:\.\d+)?)%?$/.exec(value)?.[1];
    if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) return Number(percent) / 100;
    throw wrong(option, value, 'a percentage, more than 0 and at most 100');
  };
}

/** Any text that is not empty. */
export function someText(option: string): (value: string) => string {
  return (value) => {
    if (value !== '') return value;
    throw wrong(option, value, 'give it a value, or leave it out');
  };
}

/** The name of something in Postgres: 1 to 63 bytes, as long as Postgres keeps it. */
export function postgresName(option: string): (value: string) => string {
  return (value) => {
    if (value.includes('\0')) throw wrong(option, value, 'names have no zero bytes');
    if (value !== '' && new TextEncoder().encode(value).length <= 63) return value;
    throw wrong(option, value, 'a name has 1 to 63 bytes');
  };
}

/** Collects an option that may be given several times. */
export function repeated(parse: (value: string) => string): (value: string, before?: readonly string[]) => string[] {
  return (value, before = []) => [...before, parse(value)];
}

/** A point in time: ISO 8601, or that long ago (`24h`). `now` is asked when the value is parsed. */
export function pointInTime(option: string, now: () => Date): (value: string) => Date {
  return (value) => {
    const time = parseTime(value, now());
    if (time !== null) return time;
    throw wrong(option, value, 'a time span such as 24h or 7d, or a time such as 2026-01-31T03:00');
  };
}

/** A time to come: a time span counts from now on. One that has passed means at once. */
export function timeToCome(option: string, now: () => Date): (value: string) => Date {
  return (value) => {
    const spanMs = parseDuration(value);
    const time = spanMs === null ? parseTime(value, now()) : new Date(now().getTime() + spanMs);
    if (time !== null) return time;
    throw wrong(option, value, 'a time span from now on such as 2h, or a time such as 2026-01-31T03:00');
  };
}

/** A time span such as `90s` or `24h`, in milliseconds, not shorter than `minMs`. */
export function timeSpan(option: string, minMs: number): (value: string) => number {
  return (value) => {
    const spanMs = parseDuration(value);
    if (spanMs !== null && spanMs >= minMs) return spanMs;
    throw wrong(option, value, 'a time span such as 10m or 24h');
  };
}

/** A time zone that the system knows. */
export function timezone(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone && value;
  } catch {
    throw wrong('--timezone', value, 'a name such as Europe/Berlin or UTC');
  }
}

/** `A=B`; a name that holds `=` stands in double quotes as in SQL. */
export function mapping(
  option: string,
): (value: string, before?: Readonly<Record<string, string>>) => Record<string, string> {
  return (value, before) => {
    const match = /^("(?:[^"]|"")+"|[^"=]+)=("(?:[^"]|"")+"|[^"=]+)$/s.exec(value);
    const [, from, to] = match ?? [];
    if (from === undefined || to === undefined) throw wrong(option, value, 'OLD=NEW, names with = in double quotes');
    return { ...before, [unquoted(from)]: unquoted(to) };
  };
}

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
