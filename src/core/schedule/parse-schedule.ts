import { PgSnapManError } from '../errors.ts';
import type { Schedule } from './schedule.ts';

interface Field {
  name: string;
  first: number;
  last: number;
  /** Names for values, the first of them for `first`. */
  names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', first: 0, last: 59, names: [] },
  { name: 'hour', first: 0, last: 23, names: [] },
  { name: 'day of month', first: 1, last: 31, names: [] },
  { name: 'month', first: 1, last: 12, names: MONTHS },
  { name: 'day of week', first: 0, last: 7, names: WEEKDAYS },
];
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const LONGEST_MONTH = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const HINT = 'write five fields (minute, hour, day of month, month, day of week), such as "30 3 * * *", or @daily';

/**
 * Reads a schedule: five cron fields with lists, ranges, steps and English names of months and weekdays, or a nickname.
 * The rules are those of Vixie cron (crontab(5)): 0 and 7 are Sunday, a step needs `*` or a range before it.
 * A library's parser did not fit: it knows seconds and `L`, lets ranges run backwards, and refuses "0 0 30 2 mon".
 * @throws PgSnapManError usage for a schedule that cannot be read, or whose day never comes (30 February)
 */
export function parseSchedule(text: string): Schedule {
  const trimmed = text.trim();
  const expanded = trimmed.startsWith('@') ? NICKNAMES[trimmed] : trimmed;
  if (expanded === undefined)
    throw unreadable(text, 'there is no such nickname', `use one of ${Object.keys(NICKNAMES).join(', ')}`);
  const parts = expanded.split(/[ \t]+/);
  if (parts.length !== FIELDS.length)
    throw unreadable(text, `it has ${parts.length} field${parts.length === 1 ? '' : 's'}, not five`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    parseField(text, field, parts[index] ?? ''),
  );
  if (!minutes || !hours || !days || !months || !weekdays) throw unreadable(text, 'a field is missing');
  weekdays[0] = weekdays[0] === true || weekdays[7] === true;
  const schedule: Schedule = {
    text: trimmed,
    minutes,
    hours,
    days,
    months,
    weekdays: weekdays.slice(0, 7),
    daysMustFitBoth: beginsWithStar(parts[2]) || beginsWithStar(parts[4]),
    everyHour: hours.every(Boolean),
    followsRealHours: beginsWithStar(parts[1]) || hours.every(Boolean),
  };
  if (!canEverRun(schedule)) throw unreadable(text, 'its day never comes', 'choose a day that its months have');
  return schedule;
}

function beginsWithStar(part: string | undefined): boolean {
  return part?.startsWith('*') === true;
}

function parseField(text: string, field: Field, part: string): boolean[] {
  const values: boolean[] = Array.from({ length: field.last + 1 }, () => false);
  for (const item of part.split(',')) {
    const match = /^(?:(\*)|([0-9]{1,4}|[a-z]{3})(?:-([0-9]{1,4}|[a-z]{3}))?)(?:\/([0-9]{1,4}))?$/i.exec(item);
    if (match === null) throw unreadable(text, `"${part}" is no ${field.name}`);
    const [, star, from, to, step] = match;
    if (step !== undefined && star === undefined && to === undefined) {
      throw unreadable(text, `the step in "${item}" needs a range before it`, `write ${from}-${field.last}/${step}`);
    }
    const first = star === undefined ? wordToValue(text, field, from) : field.first;
    const last =
      star !== undefined ? field.last : to === undefined ? first : endOf(first, wordToValue(text, field, to), to);
    const stride = step === undefined ? 1 : Number(step);
    if (first > last)
      throw unreadable(text, `the range "${item}" runs backwards`, `write ${from}-${field.last},${field.first}-${to}`);
    if (stride === 0) throw unreadable(text, `the step in "${item}" is zero`);
    for (let value = first; value <= last; value += stride) values[value] = true;
  }
  return values;
}

/** At the end of a range the name of Sunday means day 7, so that fri-sun is a range. */
function endOf(first: number, last: number, word: string): number {
  return first > 0 && word.toLowerCase() === 'sun' ? 7 : last;
}

function wordToValue(text: string, field: Field, word: string | undefined): number {
  const named = field.names.indexOf((word ?? '').toLowerCase());
  const value = named >= 0 ? field.first + named : /^[0-9]+$/.test(word ?? '') ? Number(word) : Number.NaN;
  if (!(value >= field.first && value <= field.last)) {
    throw unreadable(text, `${word} is no ${field.name}`, `use ${field.first} to ${field.last}`);
  }
  return value;
}

/** False for days such as 30 February. A weekday comes in every month, and on every date within 40 years. */
function canEverRun(schedule: Schedule): boolean {
  if (!schedule.daysMustFitBoth) return true;
  return LONGEST_MONTH.some(
    (length, month) => schedule.months[month] === true && schedule.days.some((chosen, day) => chosen && day <= length),
  );
}

function unreadable(text: string, why: string, hint = HINT): PgSnapManError {
  return new PgSnapManError('usage', `schedule "${text}" cannot be used: ${why}`, hint);
}
