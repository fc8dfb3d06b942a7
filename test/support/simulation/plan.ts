/** When a job of the simulation runs, as numbers and as the text that the worker gets. Null: any. */
export interface Plan {
  text: string;
  minutes: readonly number[];
  hours: readonly number[];
  days: readonly number[] | null;
  weekdays: readonly number[] | null;
  /** The hour is written with a star: it follows real hours, also when clocks are put back. */
  realHours: boolean;
}

interface Wish {
  minutes: readonly number[];
  hours: readonly number[] | 'every hour' | 'every second hour' | 'every fourth hour';
  days?: readonly number[];
  weekdays?: readonly number[];
}

const STEPS = {
  'every hour': { text: '*', hours: 1 },
  'every second hour': { text: '*/2', hours: 2 },
  'every fourth hour': { text: '*/4', hours: 4 },
};

/** A plan with its text in cron's five fields. */
export function planOf({ minutes, hours, days, weekdays }: Wish): Plan {
  const step = typeof hours === 'string' ? STEPS[hours] : null;
  const hourText = step?.text ?? String(hours);
  const allHours = Array.from({ length: 24 }, (_, hour) => hour);
  return {
    text: [minutes.join(','), hourText, days?.join(',') ?? '*', '*', weekdays?.join(',') ?? '*'].join(' '),
    minutes,
    hours: typeof hours === 'string' ? allHours.filter((hour) => hour % STEPS[hours].hours === 0) : hours,
    days: days ?? null,
    weekdays: weekdays ?? null,
    realHours: step !== null,
  };
}

/** Cron's rule: if both the day of the month and the weekday are given, one of them is enough. */
export function isOnDay({ days, weekdays }: Plan, day: number, weekday: number): boolean {
  const byDay = days?.includes(day) ?? false;
  const byWeekday = weekdays?.includes(weekday) ?? false;
  return days === null && weekdays === null ? true : byDay || byWeekday;
}
