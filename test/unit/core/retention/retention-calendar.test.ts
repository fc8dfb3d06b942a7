import { expect, it } from 'vitest';
import { planRetention, type RetentionDump } from '../../../../src/core/retention/plan-retention.ts';
import { retentionCalendar } from '../../../../src/core/retention/retention-calendar.ts';
import { sampleDump } from './sample-dump.ts';

const dump = (at: string, more: Partial<RetentionDump> = {}): RetentionDump => sampleDump(at, at, more);
const policy = { keep_daily: 1, keep_weekly: 1, keep_monthly: 0, keep_yearly: 0, keep_last: 1, failed_keep_days: 30 };

it('shows months newest first, weeks from Monday, and why a day’s dumps stay, by the zone’s days', () => {
  const dumps = [
    dump('2026-11-01T10:00Z'),
    dump('2026-10-31T23:30Z', { outcome: 'failed', state: null }),
    dump('2026-10-27T10:00Z'),
    dump('2026-10-28T10:00Z'),
  ];
  const plan = planRetention(dumps, { ...policy, timezone: 'Europe/Berlin' }, new Date('2026-11-01T12:00Z'));
  const [november, october] = retentionCalendar(plan, 'Europe/Berlin');
  expect(november?.month).toBe('2026-11');
  expect(november?.weeks[0]?.slice(0, 6)).toEqual([null, null, null, null, null, null]);
  expect(november?.weeks[0]?.[6]).toEqual({
    date: '2026-11-01',
    day: { date: '2026-11-01', kept: 2, dropped: 0, bad: 1, rules: ['daily', 'last', 'failed_recently'] },
  });
  expect(november?.weeks).toHaveLength(6);
  expect(october?.weeks[4]?.slice(1, 3)).toEqual([
    { date: '2026-10-27', day: { date: '2026-10-27', kept: 1, dropped: 0, bad: 0, rules: ['weekly'] } },
    { date: '2026-10-28', day: { date: '2026-10-28', kept: 0, dropped: 1, bad: 0, rules: [] } },
  ]);
});
