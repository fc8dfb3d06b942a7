import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DueQuestion, dueRun } from '../../../../src/core/schedule/due-run.ts';
import { addHandled, type HandledStretch, lastHandled } from '../../../../src/core/schedule/handled-runs.ts';
import { parseSchedule } from '../../../../src/core/schedule/parse-schedule.ts';
import { isInWindow } from '../../../../src/core/schedule/window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string): Date => new Date(`2026-06-${text}Z`);
const night = { start: '20:00:00', end: '06:00:00' };

const job = (schedule: string, created = '01T00:00', activated = created) => ({
  schedule: parseSchedule(schedule),
  created_at: at(created),
  activated_at: at(activated),
});
const ask = (now: string, more: Partial<DueQuestion> = {}): DueQuestion => ({
  lastHandled: null,
  now: at(now),
  catchUpMs: 24 * HOUR,
  zone: 'UTC',
  window: night,
  ...more,
});

describe('dueRun', () => {
  it('waits before the first due time', () => {
    expect(dueRun(job('0 3 * * *'), ask('01T02:59'))).toMatchObject({ decision: 'wait', dueAt: null });
  });

  it('runs what is due, and up to ten minutes later it is still on time, window or not', () => {
    expect(dueRun(job('0 12 * * *'), ask('01T12:00'))).toMatchObject({
      decision: 'run',
      dueAt: at('01T12:00'),
      late: false,
    });
    expect(dueRun(job('0 12 * * *'), ask('01T12:10'))).toMatchObject({ decision: 'run', late: false });
  });

  it('makes a late run up inside the window only', () => {
    expect(dueRun(job('0 3 * * *'), ask('01T05:00'))).toMatchObject({ decision: 'run', late: true });
    expect(dueRun(job('0 3 * * *'), ask('01T10:00'))).toMatchObject({ decision: 'wait', dueAt: at('01T03:00') });
    expect(dueRun(job('0 3 * * *'), ask('01T10:00', { window: null }))).toMatchObject({ decision: 'run', late: true });
    expect(dueRun(job('0 3 * * *'), ask('01T20:00'))).toMatchObject({
      decision: 'run',
      dueAt: at('01T03:00'),
      late: true,
    });
  });

  it('gives up what is older than catch_up, in the window too', () => {
    const question = ask('01T22:00', { catchUpMs: 18 * HOUR });
    expect(dueRun(job('0 3 * * *'), question)).toMatchObject({ decision: 'missed', dueAt: at('01T03:00') });
    expect(dueRun(job('0 3 * * *'), ask('01T03:11', { catchUpMs: 0 })).decision).toBe('missed');
    expect(dueRun(job('0 3 * * *'), ask('01T03:01', { catchUpMs: 0 })).decision).toBe('run');
  });

  it('makes up once for many', () => {
    expect(dueRun(job('0 * * * *'), ask('05T05:30', { lastHandled: at('04T22:00') }))).toMatchObject({
      decision: 'run',
      dueAt: at('05T05:00'),
      late: true,
      missed: 6,
    });
  });

  it('counts from the latest of creation, activation and the last run', () => {
    expect(dueRun(job('0 3 * * *', '01T00:00', '01T04:00'), ask('01T04:05')).dueAt).toBeNull();
    expect(dueRun(job('0 3 * * *', '01T03:00'), ask('01T03:05')).dueAt).toBeNull();
    expect(dueRun(job('0 3 * * *'), ask('01T03:05', { lastHandled: at('01T03:00') })).dueAt).toBeNull();
  });

  it('does nothing for a job that is created in the future', () => {
    expect(dueRun(job('* * * * *', '20T00:00'), ask('10T00:00'))).toMatchObject({ decision: 'wait', dueAt: null });
  });
});

describe('isInWindow', () => {
  it('knows windows across midnight, with an exclusive end, by local time', () => {
    expect(isInWindow(night, at('01T20:00'), 'UTC')).toBe(true);
    expect(isInWindow(night, at('01T05:59'), 'UTC')).toBe(true);
    expect(isInWindow(night, at('01T06:00'), 'UTC')).toBe(false);
    expect(isInWindow(night, at('01T18:00'), 'Europe/Berlin')).toBe(true);
    expect(isInWindow({ start: '08:00', end: '17:30' }, at('01T17:29'), 'UTC')).toBe(true);
    expect(isInWindow({ start: '08:00', end: '17:30' }, at('01T17:30'), 'UTC')).toBe(false);
  });
});

/** Ticks at the given times (minutes since the job was made) and says which due times ran. */
function simulate(schedule: string, ticks: readonly number[], catchUpMs = 24 * HOUR): number[] {
  const created = at('01T00:00');
  const ran: number[] = [];
  let handled: readonly HandledStretch[] = [];
  for (const tick of ticks) {
    const now = new Date(created.getTime() + tick * MINUTE);
    const question = { lastHandled: lastHandled(handled, now), now, catchUpMs, zone: 'Europe/Berlin', window: null };
    const answer = dueRun({ schedule: parseSchedule(schedule), created_at: created, activated_at: created }, question);
    if (answer.dueAt === null || answer.decision === 'wait') continue;
    handled = addHandled(handled, answer.dueAt, answer.missed > 0);
    if (answer.decision === 'run') ran.push((answer.dueAt.getTime() - created.getTime()) / MINUTE);
  }
  return ran;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

describe('what was handled', () => {
  it('runs every due time exactly once when ticks come every minute', () => {
    expect(simulate('*/15 * * * *', range(0, 600))).toEqual(range(1, 40).map((n) => n * 15));
  });

  it('runs nothing twice when the clock jumps back, and goes on afterwards', () => {
    expect(simulate('0 * * * *', [...range(0, 200), ...range(50, 400)])).toEqual([60, 120, 180, 240, 300, 360]);
  });

  it('is not stopped for a year by a clock that was a year ahead for a moment', () => {
    const year = 365 * 24 * 60;
    const ran = simulate('0 * * * *', [...range(0, 100), year, ...range(100, 400), ...range(year - 30, year + 100)]);
    expect(ran).toEqual([60, year, 120, 180, 240, 300, 360, year - 60, year + 60]);
  });

  it('never runs a due time twice and never one that is not due, whatever the clock does', { timeout: 120_000 }, () => {
    const stretch = fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 150 }));
    fc.assert(
      fc.property(
        fc.constantFrom('0 * * * *', '*/5 * * * *', '30 2 * * *', '0 3 * * 1'),
        fc.array(stretch, { minLength: 1, maxLength: 12 }),
        (schedule, stretches) => {
          const ticks = stretches.flatMap(([from, length]) => range(from, from + length));
          const ran = simulate(schedule, ticks);
          expect(new Set(ran).size).toBe(ran.length);
          for (const due of ran) expect(ticks.some((tick) => tick >= due && tick <= due + 24 * 60)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
