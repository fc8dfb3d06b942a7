import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGoodDump, planRetention, type RetentionDump } from '../../../../src/core/retention/plan-retention.ts';
import type { RetentionPolicy } from '../../../../src/core/retention/retention-policy.ts';
import { sampleDump } from './sample-dump.ts';

const DAY = 86_400_000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu'];

let counter = 0;
function dump(startedAt: string | Date, more: Partial<RetentionDump> = {}): RetentionDump {
  counter += 1;
  return sampleDump(`00000000-0000-7000-8000-${String(counter).padStart(12, '0')}`, startedAt, more);
}

function policy(counts: string, more: Partial<RetentionPolicy> = {}): RetentionPolicy {
  const [keep_daily = 0, keep_weekly = 0, keep_monthly = 0, keep_yearly = 0] = counts.split('/').map(Number);
  const others = { keep_last: 1, timezone: 'UTC', failed_keep_days: 30 };
  return { keep_daily, keep_weekly, keep_monthly, keep_yearly, ...others, ...more };
}

const keptOf = <T extends RetentionDump>(dumps: readonly T[], p: RetentionPolicy, now: Date): T[] =>
  planRetention(dumps, p, now)
    .filter(({ decision }) => decision === 'keep')
    .map((found) => found.dump);

const datesOf = (dumps: readonly RetentionDump[]): string[] =>
  dumps.map(({ started_at }) => started_at.toISOString().slice(0, 10)).sort();

/** Takes a dump each day at 03:00 and cleans after it; gives what is left. */
function liveThrough(first: string, last: string, p: RetentionPolicy, takes = (_day: Date) => true): RetentionDump[] {
  let dumps: RetentionDump[] = [];
  for (let day = Date.parse(`${first}T03:00:00Z`); day <= Date.parse(`${last}T03:00:00Z`); day += DAY) {
    if (takes(new Date(day))) dumps.push(dump(new Date(day)));
    dumps = keptOf(dumps, p, new Date(day + 3_600_000));
  }
  return dumps;
}

describe('written out from the calendar', () => {
  it('after ten years of daily dumps, 14/2/5/2 has left what a person would name', () => {
    expect(datesOf(liveThrough('2016-01-01', '2025-12-31', policy('14/2/5/2')))).toEqual([
      // the first Monday of each of two years: 1 January 2024 is one
      '2024-01-01',
      '2025-01-06',
      // the first Monday of each of five months
      '2025-08-04',
      '2025-09-01',
      '2025-10-06',
      '2025-11-03',
      '2025-12-01',
      // the Mondays of two weeks
      '2025-12-08',
      '2025-12-15',
      // fourteen days
      ...Array.from({ length: 14 }, (_, i) => `2025-12-${18 + i}`),
    ]);
  });

  it('a history that was never cleaned keeps the oldest of each week, month and year of what is older', () => {
    const dumps = Array.from({ length: 1000 }, (_, i) => dump(new Date(Date.parse('2026-11-23T03:00Z') - i * DAY)));
    expect(datesOf(keptOf(dumps, policy('3/2/2/1'), new Date('2026-11-23T12:00Z')))).toEqual([
      '2026-01-01', // the year up to September
      '2026-10-01', // October
      '2026-11-01', // November before the week of the 9th
      '2026-11-09', // the week of the 9th
      '2026-11-16', // the week of the 16th, up to the 20th
      '2026-11-21',
      '2026-11-22',
      '2026-11-23',
    ]);
  });

  it('of several dumps of a day the newest stays, by the clock of the zone', () => {
    const dumps = ['2026-03-28T22:30Z', '2026-03-28T23:30Z', '2026-03-29T21:30Z', '2026-03-29T22:30Z'].map((at) =>
      dump(at),
    );
    const now = new Date('2026-04-01T00:00Z');
    const times = (zone: string) =>
      keptOf(dumps, policy('9/0/0/0', { timezone: zone }), now).map((d) => d.started_at.toISOString().slice(5, 16));
    // clocks go forward on 29 March: 22:30Z is already the 30th there
    expect(times('Europe/Berlin')).toEqual(['03-29T22:30', '03-29T21:30', '03-28T22:30']);
    expect(times('UTC')).toEqual(['03-29T22:30', '03-28T23:30']);
  });

  it('the ISO week of the turn of the year is one week', () => {
    const dumps = ['2026-12-28', '2026-12-31', '2027-01-01', '2027-01-03', '2027-01-04'].map((day) =>
      dump(`${day}T03:00Z`),
    );
    expect(datesOf(keptOf(dumps, policy('0/2/0/0'), new Date('2027-01-05')))).toEqual(['2026-12-28', '2027-01-04']);
    const [, weekly] = planRetention(dumps, policy('1/1/0/0'), new Date('2027-01-05')).filter(
      (d) => d.decision === 'keep',
    );
    expect(weekly?.reasons).toEqual([{ rule: 'weekly', text: 'weekly 2026-W53' }]);
  });

  it('a job that failed for two months has lost nothing, and goes on', () => {
    const gap = (day: Date) => day < new Date('2026-03-01') || day > new Date('2026-05-01');
    const before = liveThrough('2026-01-01', '2026-02-28', policy('3/1/1/0'), gap);
    expect(datesOf(liveThrough('2026-01-01', '2026-04-30', policy('3/1/1/0'), gap))).toEqual(datesOf(before));
    expect(datesOf(liveThrough('2026-01-01', '2026-05-02', policy('3/1/1/0'), gap))).toEqual([
      '2026-02-02',
      '2026-02-23',
      '2026-02-28',
      '2026-05-01',
      '2026-05-02',
    ]);
  });
});

describe('beside the calendar', () => {
  const now = new Date('2026-11-23T12:00Z');
  const decide = (dumps: RetentionDump[], p = policy('1/0/0/0')) =>
    planRetention(dumps, p, now).map(({ decision, reasons }) => `${decision}: ${reasons.map((r) => r.rule).join(' ')}`);

  it('says every reason', () => {
    const verified = dump('2026-11-20T03:00Z', { verified_level: 3, keep: 'yes', needed_by: ['restore job 3'] });
    expect(decide([verified])).toEqual(['keep: daily last verified needed keep_yes']);
  });

  it('keeps the newest verified one although newer ones are there', () => {
    const dumps = [
      dump('2026-11-23T03:00Z'),
      dump('2026-11-22T03:00Z', { verified_level: 2 }),
      dump('2026-11-21T03:00Z', { verified_level: 4 }),
    ];
    expect(decide(dumps)).toEqual(['keep: daily last', 'keep: verified', 'drop: thinned_out']);
  });

  it('a damaged dump makes room for an older good one, and stays until somebody could have looked', () => {
    const damaged = { verification_failed: 'block x', verification_failed_at: new Date('2026-11-23T09:00Z') };
    const dumps = [dump('2026-11-23T03:00Z', damaged), dump('2026-11-22T03:00Z'), dump('2026-11-21T03:00Z')];
    expect(decide(dumps)).toEqual(['keep: damaged', 'keep: daily last', 'drop: thinned_out']);
    const longAgo = { ...damaged, verification_failed_at: new Date('2026-10-01') };
    expect(decide([dump('2026-09-01', longAgo), dump('2026-08-01')])).toEqual([
      'drop: damaged_long_ago',
      'keep: daily last',
    ]);
    expect(decide([dump('2026-09-01', longAgo)])).toEqual(['keep: damaged']);
  });

  it('a dump from the future stays and takes nobody’s place', () => {
    expect(decide([dump('2030-01-01'), dump('2026-11-22T03:00Z')])).toEqual(['keep: future', 'keep: daily last']);
  });

  it('keep = no goes, unless a restore needs it; failed ones go after their days', () => {
    const dumps = [
      dump('2026-11-23T03:00Z', { keep: 'no' }),
      dump('2026-11-22T03:00Z', { keep: 'no', needed_by: ['a running restore'] }),
      dump('2026-11-21T03:00Z'),
      dump('2026-11-01T03:00Z', { outcome: 'failed', state: null }),
      dump('2026-09-01T03:00Z', { outcome: 'stalled', state: null }),
      dump('2026-08-01T03:00Z', { state: 'lost' }),
      dump('2026-07-01T03:00Z', { state: 'removing', keep: 'yes' }),
    ];
    expect(decide(dumps)).toEqual([
      'drop: keep_no',
      'keep: needed',
      'keep: daily last',
      'keep: failed_recently',
      'drop: failed_long_ago',
      'drop: failed_long_ago',
      'drop: removing',
    ]);
  });
});

const someCount = fc.integer({ min: 0, max: 6 });
const somePolicy = fc
  .record({
    keep_daily: someCount,
    keep_weekly: someCount,
    keep_monthly: someCount,
    keep_yearly: someCount,
    keep_last: fc.integer({ min: 1, max: 5 }),
    timezone: fc.constantFrom(...ZONES),
  })
  .map((counts) => ({ ...counts, failed_keep_days: 30 }));

/** Gaps, several in an hour, failures, flags, and clocks that were wrong. */
const someHistory = fc
  .array(
    fc.record({
      hours: fc.oneof(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 4000 }),
        fc.integer({ min: -500, max: 0 }),
      ),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok_with_warnings', 'failed', 'cancelled'),
      keep: fc.constantFrom('auto', 'auto', 'auto', 'auto', 'yes', 'no'),
      verified_level: fc.integer({ min: 1, max: 4 }),
      verification_failed: fc.constantFrom(null, null, null, 'damaged'),
      needed_by: fc.constantFrom([], [], [], ['restore job 1']),
    } as const),
    { maxLength: 120 },
  )
  .map((steps) => {
    let at = Date.parse('2020-01-01T00:00Z');
    return steps.map(({ hours, ...rest }) => {
      at += hours * 3_600_000;
      const good = rest.outcome === 'ok' || rest.outcome === 'ok_with_warnings';
      return dump(new Date(at), { ...rest, state: good ? 'available' : null });
    });
  });

const endOf = (dumps: readonly RetentionDump[]): Date => new Date((dumps.at(-1)?.started_at.getTime() ?? 0) + 1000);

const formats = new Map<string, Intl.DateTimeFormat>();
const dayLabels = new Map<string, string>();

function dayLabel({ uuid, started_at }: RetentionDump, timeZone: string): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  formats.set(timeZone, format);
  const label = dayLabels.get(uuid + timeZone) ?? format.format(started_at);
  dayLabels.set(uuid + timeZone, label);
  return label;
}

/** The rules once more, with labels of the calendar from Intl and without any counting of days. */
function keptByLabels(dumps: readonly RetentionDump[], p: RetentionPolicy, now: Date): Set<string> {
  const day = (d: RetentionDump) => dayLabel(d, p.timezone);
  const week = (d: RetentionDump) => {
    const date = new Date(`${day(d)}T00:00Z`);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  };
  let rest = dumps
    .filter((d) => isGoodDump(d) && d.keep !== 'no' && d.started_at <= now)
    .sort((a, b) => b.started_at.getTime() - a.started_at.getTime() || (a.uuid < b.uuid ? 1 : -1));
  const kept = new Set(rest.slice(0, p.keep_last).map((d) => d.uuid));
  const stretch = (count: number, label: (d: RetentionDump) => string, newest: boolean) => {
    const labels = [...new Set(rest.map(label))].slice(0, count);
    for (const wanted of labels) {
      const bucket = rest.filter((d) => label(d) === wanted);
      kept.add((newest ? bucket[0] : bucket.at(-1))?.uuid ?? '');
    }
    rest = rest.filter((d) => !labels.includes(label(d)));
  };
  stretch(p.keep_daily, day, true);
  stretch(p.keep_weekly, week, false);
  stretch(p.keep_monthly, (d) => day(d).slice(0, 7), false);
  stretch(p.keep_yearly, (d) => day(d).slice(0, 4), false);
  return kept;
}

describe('of any history and policy', () => {
  it('keeps keep_last good dumps, gives a reason for everything, and loses no dump', () => {
    fc.assert(
      fc.property(someHistory, somePolicy, (dumps, p) => {
        const plan = planRetention(dumps, p, endOf(dumps));
        expect(plan.map((d) => d.dump.uuid).sort()).toEqual(dumps.map((d) => d.uuid).sort());
        for (const { reasons } of plan) expect(reasons.length).toBeGreaterThan(0);
        const good = dumps.filter((d) => isGoodDump(d) && d.keep !== 'no').length;
        const kept = plan.filter((d) => d.decision === 'keep' && isGoodDump(d.dump) && d.dump.keep !== 'no').length;
        expect(kept).toBeGreaterThanOrEqual(Math.min(good, p.keep_last));
        for (const { dump: d, decision } of plan) {
          if (d.keep === 'yes' || d.needed_by.length > 0) expect(decision).toBe('keep');
        }
      }),
    );
  });

  it('keeps by the calendar what labels of the calendar say', () => {
    fc.assert(
      fc.property(someHistory, somePolicy, (dumps, p) => {
        const now = endOf(dumps);
        const byCalendar = planRetention(dumps, p, now)
          .filter((d) => d.reasons.some((r) => /^(daily|weekly|monthly|yearly|last)$/.test(r.rule)))
          .map((d) => d.dump.uuid);
        expect(byCalendar.sort()).toEqual([...keptByLabels(dumps, p, now)].sort());
      }),
    );
  });

  it('drops nothing more when it is asked again, in any order', () => {
    fc.assert(
      fc.property(someHistory, somePolicy, (dumps, p) => {
        const now = endOf(dumps);
        const once = keptOf(dumps, p, now);
        expect(keptOf(once, p, now)).toEqual(once);
        expect(keptOf([...dumps].reverse(), p, now)).toEqual(once);
      }),
    );
  });

  it('cleaned every day for ten years, what is left is what each cleaning’s own rules say, and stays bounded', () => {
    fc.assert(
      fc.property(somePolicy, fc.integer({ min: 1, max: 2 ** 30 }), (p, seed) => {
        let random = seed;
        const chance = () => {
          random = (random * 1103515245 + 12345) % 2 ** 31;
          return random / 2 ** 31;
        };
        let dumps: RetentionDump[] = [];
        for (let day = 0; day < 3653; day += 1) {
          const at = Date.parse('2016-01-01T00:00Z') + day * DAY + Math.floor(chance() * DAY);
          if (chance() < 0.9) dumps.push(dump(new Date(at)));
          const now = new Date(Date.parse('2016-01-02T00:00Z') + day * DAY);
          const before = dumps;
          dumps = keptOf(dumps, p, now);
          if (day % 6 !== 0) continue;
          const expected = keptByLabels(before, p, now);
          if (dumps.length !== expected.size || dumps.some((d) => !expected.has(d.uuid))) expect(dumps).toBe(expected);
        }
        const most = p.keep_daily + p.keep_weekly + p.keep_monthly + p.keep_yearly + p.keep_last;
        expect(dumps.length).toBeLessThanOrEqual(most);
        expect(dumps.length).toBeGreaterThanOrEqual(Math.max(p.keep_daily, p.keep_last));
      }),
      { numRuns: 3 },
    );
  });
});
