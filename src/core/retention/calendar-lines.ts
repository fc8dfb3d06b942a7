import type { CalendarDay, CalendarMonth } from './retention-calendar.ts';
import type { KeepRule } from './retention-reason.ts';

/** Marks behind the number of a day, the first that fits. */
const MARKS: readonly (readonly [KeepRule, string])[] = [
  ['daily', 'd'],
  ['weekly', 'w'],
  ['monthly', 'm'],
  ['yearly', 'y'],
  ['keep_yes', 'k'],
  ['needed', 'n'],
  ['last', 'l'],
  ['verified', 'v'],
  ['future', '?'],
  ['damaged', '!'],
  ['failed_recently', '!'],
];
const DROPPED = 'x';

export const CALENDAR_LEGEND =
  'd daily  w weekly  m monthly  y yearly  k marked to be kept  n needed  l among the last  v verified  ? future  ! not good  x dropped';

/** The mark of a day's dumps; a space where there are none. */
function dayMark(day: CalendarDay | null): string {
  if (day === null) return ' ';
  return MARKS.find(([rule]) => day.rules.includes(rule))?.[1] ?? DROPPED;
}

/** A calendar in plain text, Monday first. */
export function calendarLines(months: readonly CalendarMonth[]): string[] {
  return months.flatMap(({ month, weeks }) => [
    `${month}   Mo  Tu  We  Th  Fr  Sa  Su`,
    ...weeks.map((week) => {
      const cells = week.map((cell) => (cell === null ? '    ' : ` ${cell.date.slice(8)}${dayMark(cell.day)}`));
      return `         ${cells.join('')}`.trimEnd();
    }),
    '',
  ]);
}
