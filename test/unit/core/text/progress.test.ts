import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/core/model/activity.ts';
import { progressText } from '../../../../src/core/text/progress.ts';

const MIB = 1024 * 1024;
const nothingKnown: Progress = {
  stage: 'dumping',
  item: null,
  done_bytes: null,
  total_bytes: null,
  done_items: null,
  total_items: null,
};

describe('a line of progress', () => {
  it('says only what is known', () => {
    expect(progressText('job 1', nothingKnown, 10_000)).toBe('job 1: dumping');
    expect(progressText('job 1', { ...nothingKnown, done_items: 3, total_items: 12 }, 0)).toBe(
      'job 1: dumping  25%  3 of 12',
    );
  });

  it('has share, size, rate, time left and what is being worked on', () => {
    const progress = { ...nothingKnown, done_bytes: 20 * MIB, total_bytes: 80 * MIB, item: 'public.orders' };
    expect(progressText('job 1', progress, 10_000)).toBe(
      'job 1: dumping  25%  20.0 MiB of 80.0 MiB  2.0 MiB/s  30s left  public.orders',
    );
  });

  it('guesses no rate and no time left from the first moments', () => {
    const progress = { ...nothingKnown, done_bytes: 20 * MIB, total_bytes: 80 * MIB };
    expect(progressText('job 1', progress, 500)).toBe('job 1: dumping  25%  20.0 MiB of 80.0 MiB');
    expect(progressText('job 1', progress, 2000)).not.toContain('left');
  });

  it('never reaches 100 % by an estimate that was too small', () => {
    const progress = { ...nothingKnown, done_bytes: 90 * MIB, total_bytes: 80 * MIB };
    expect(progressText('job 1', progress, 0)).toContain('99%');
  });

  it('stays one harmless line whatever a table is called', () => {
    expect(progressText('job 1', { ...nothingKnown, item: 'a\nb\x1b[2J' }, 0)).toBe('job 1: dumping  a b[2J');
  });
});
