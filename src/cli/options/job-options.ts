import { PgSnapManError } from '../../core/errors.ts';
import { parseQualifiedName } from '../../core/postgres/identifiers.ts';
import { type KeepCounts, parseKeepCounts } from '../../core/retention/retention-policy.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';

export type Retention = KeepCounts;

/** `--keep D,W,M,Y`. @throws PgSnapManError usage */
export function parseKeep(text: string): Retention {
  return parseKeepCounts(text, '--keep');
}

/** `--window 20-6` or `20:30-06:00`: start and end of a backup window. @throws PgSnapManError usage */
export function parseWindow(text: string): { window_start: string; window_end: string } {
  const match = /^(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?$/.exec(text.replaceAll(' ', ''));
  const [, startHour = '', startMinute = '00', endHour = '', endMinute = '00'] = match ?? [];
  const start = clock(startHour, startMinute);
  const end = clock(endHour, endMinute);
  if (match === null || start === null || end === null || start === end) {
    throw new PgSnapManError(
      'usage',
      `--window "${text}" is not valid`,
      'two different times of day, such as 20-6 or 20:30-05:45; it may cross midnight',
    );
  }
  return { window_start: start, window_end: end };
}

/** 24 is the midnight that ends a day. */
function clock(hour: string, minute: string): string | null {
  const valid = Number(minute) < 60 && (Number(hour) < 24 || (Number(hour) === 24 && Number(minute) === 0));
  return valid ? `${String(Number(hour) % 24).padStart(2, '0')}:${minute}` : null;
}

/** When a job runs, from `--schedule | --once [--at TIME]`. */
export interface Timing {
  schedule?: string | undefined;
  once?: boolean | undefined;
  at?: Date | undefined;
}

/** Refuses combinations of times that mean nothing. @throws PgSnapManError usage */
export function checkTiming({ schedule, once, at }: Timing): void {
  if (schedule !== undefined && (once === true || at !== undefined)) {
    throw new PgSnapManError(
      'usage',
      `--schedule and ${once ? '--once' : '--at'} exclude each other`,
      'a job runs on a schedule, or once',
    );
  }
  if (at !== undefined && once !== true) {
    throw new PgSnapManError('usage', '--at needs --once', 'a repeated job has a --schedule instead');
  }
}

/** `--schedule`: checked, and given back as it was typed. @throws PgSnapManError usage */
export function scheduleText(text: string): string {
  parseSchedule(text);
  return text;
}

/** `--table`: checked, and given back as it was typed. @throws PgSnapManError usage */
export function tableName(text: string): string {
  parseQualifiedName(text);
  return text;
}
