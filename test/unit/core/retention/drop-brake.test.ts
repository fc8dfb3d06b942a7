import { describe, expect, it } from 'vitest';
import { dropBrake } from '../../../../src/core/retention/drop-brake.ts';
import type { RetentionDecision } from '../../../../src/core/retention/plan-retention.ts';

function decision(number: number, drop: boolean, keep: 'auto' | 'no' = 'auto'): RetentionDecision {
  return {
    dump: {
      uuid: `dump ${number}`,
      started_at: new Date(number),
      outcome: 'ok',
      state: 'available',
      keep,
      verified_level: 1,
      verification_failed: null,
      verification_failed_at: null,
      needed_by: [],
    },
    decision: drop ? 'drop' : 'keep',
    reasons: [],
  };
}

const some = (kept: number, dropped: number, marked = 0): RetentionDecision[] => [
  ...Array.from({ length: kept }, (_, i) => decision(i, false)),
  ...Array.from({ length: dropped }, (_, i) => decision(100 + i, true)),
  ...Array.from({ length: marked }, (_, i) => decision(200 + i, true, 'no')),
];
const question = { maxDropPercent: 50, scheduledSince: 0, approved: new Set<string>() };

describe('the brake', () => {
  it('holds for more than half and more than three', () => {
    expect(dropBrake(some(3, 4), question)).toEqual({ holds: true, dropping: 4, good: 7 });
    expect(dropBrake(some(1, 3), question).holds).toBe(false);
    expect(dropBrake(some(4, 4), question).holds).toBe(false);
    expect(dropBrake(some(9, 4), { ...question, maxDropPercent: 10 }).holds).toBe(true);
    expect(dropBrake(some(0, 9), { ...question, maxDropPercent: 100 }).holds).toBe(false);
  });

  it('does not count what somebody marked or approved', () => {
    expect(dropBrake(some(3, 0, 40), question)).toEqual({ holds: false, dropping: 0, good: 3 });
    const approved = new Set(['dump 100', 'dump 101', 'dump 102', 'dump 103']);
    expect(dropBrake(some(3, 5), { ...question, approved })).toEqual({ holds: false, dropping: 1, good: 8 });
  });

  it('lets a job that dumps every hour be thinned out every day, but not cut', () => {
    const hourly = { ...question, scheduledSince: 24 };
    expect(dropBrake(some(23, 24), hourly).holds).toBe(false);
    expect(dropBrake(some(1, 46), hourly).holds).toBe(true);
  });
});
