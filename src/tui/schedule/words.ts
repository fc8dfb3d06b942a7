import cronstrue from 'cronstrue';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';

/** Nicknames that cronstrue words less well than their fields. */
const AS_FIELDS: Readonly<Record<string, string>> = { '@annually': '0 0 1 1 *', '@yearly': '0 0 1 1 *' };

/** A schedule in words: `At 03:04, every day`; null for one that cannot be read. */
export function scheduleInWords(text: string): string | null {
  const trimmed = text.trim();
  try {
    const { daysMustFitBoth } = parseSchedule(trimmed);
    const words = cronstrue.toString(AS_FIELDS[trimmed] ?? trimmed, { use24HourTimeFormat: true, verbose: true });
    const [, , day = '*', , weekday = '*'] = trimmed.split(/\s+/);
    if (day === '*' || weekday === '*' || words === '') return words === '' ? null : words;
    // Words alone do not say which of cron's two rules holds.
    return `${words} (${daysMustFitBoth ? 'only on days that fit both' : 'on every day that fits either'})`;
  } catch {
    return null;
  }
}
