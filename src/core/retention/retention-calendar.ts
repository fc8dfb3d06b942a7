import { dayText, localDays, monthOf, monthText, weekOf } from './calendar-day.ts';
import { isGoodDump, type RetentionDecision } from './plan-retention.ts';
import type { KeepRule } from './retention-reason.ts';

/** One day that has dumps. */
export interface CalendarDay {
  /** `2026-11-23` */
  date: string;
  kept: number;
  dropped: number;
  /** Of those kept and dropped: dumps that are not good. */
  bad: number;
  /** Why dumps of this day stay. */
  rules: KeepRule[];
}

/** A week of a month, Monday first; null: the day belongs to another month. Days without dumps have their date alone. */
type CalendarWeek = ({ date: string; day: CalendarDay | null } | null)[];

export interface CalendarMonth {
  /** `2026-11` */
  month: string;
  weeks: CalendarWeek[];
}

const MONDAY_OF_WEEK_0 = -3;

/** The months that have dumps, newest first, as a calendar shows them. */
export function retentionCalendar(decisions: readonly RetentionDecision[], timezone: string): CalendarMonth[] {
  const days = daysOf(decisions, timezone);
  const months = [...new Set([...days.keys()].map(monthOf))].sort((a, b) => b - a);
  return months.map((month) => ({ month: monthText(month), weeks: weeksOf(month, days) }));
}

function daysOf(decisions: readonly RetentionDecision[], timezone: string): Map<number, CalendarDay> {
  const dayOf = localDays(timezone);
  const days = new Map<number, CalendarDay>();
  for (const { dump, decision, reasons } of decisions) {
    const number = dayOf(dump.started_at);
    const day = days.get(number) ?? { date: dayText(number), kept: 0, dropped: 0, bad: 0, rules: [] };
    if (decision === 'keep') day.kept += 1;
    else day.dropped += 1;
    if (!isGoodDump(dump)) day.bad += 1;
    const rules = decision === 'keep' ? reasons.map(({ rule }) => rule as KeepRule) : [];
    day.rules = [...new Set([...day.rules, ...rules])];
    days.set(number, day);
  }
  return days;
}

function weeksOf(month: number, days: ReadonlyMap<number, CalendarDay>): CalendarWeek[] {
  const first = Date.UTC(1970, month, 1) / 86_400_000;
  const end = Date.UTC(1970, month + 1, 1) / 86_400_000;
  const weeks: CalendarWeek[] = [];
  for (let monday = weekOf(first) * 7 + MONDAY_OF_WEEK_0; monday < end; monday += 7) {
    weeks.push(
      Array.from({ length: 7 }, (_, place) => {
        const day = monday + place;
        return day < first || day >= end ? null : { date: dayText(day), day: days.get(day) ?? null };
      }),
    );
  }
  return weeks;
}
