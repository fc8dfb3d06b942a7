/**
 * A schedule as five-field cron understands it, ready to be computed with. Each field is a list of booleans by value:
 * `minutes[0…59]`, `hours[0…23]`, `days[1…31]`, `months[1…12]`, `weekdays[0…6]` (0 is Sunday).
 */
export interface Schedule {
  /** As it was written. */
  text: string;
  minutes: readonly boolean[];
  hours: readonly boolean[];
  days: readonly boolean[];
  months: readonly boolean[];
  weekdays: readonly boolean[];
  /**
   * Vixie cron's rule: if day of month or day of week begins with `*`, a day must fit both; if neither does, one of them
   * is enough.
   */
  daysMustFitBoth: boolean;
  /** The hour begins with `*`, or names all 24: the schedule follows real hours, also when clocks are put back. */
  followsRealHours: boolean;
  /** All 24 hours: there is no hour that it could miss when clocks are put forward. */
  everyHour: boolean;
}

/** True if the schedule runs on this day. `weekday`: 0 is Sunday. */
export function runsOnDay(schedule: Schedule, month: number, day: number, weekday: number): boolean {
  if (schedule.months[month] !== true) return false;
  const byDay = schedule.days[day] === true;
  const byWeekday = schedule.weekdays[weekday] === true;
  return schedule.daysMustFitBoth ? byDay && byWeekday : byDay || byWeekday;
}
