import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../../src/cli/output/progress-line.ts';
import type { Progress } from '../../../src/core/model/activity.ts';
import { recordingSurroundings } from '../../support/surroundings.ts';

const at = (stage: string, item: string | null = null): Progress => ({
  stage,
  item,
  done_bytes: null,
  total_bytes: null,
  done_items: null,
  total_items: null,
});

describe('the line of progress on a terminal', () => {
  it('is written over and over, at most four times a second, and taken away at the end', () => {
    const around = recordingSurroundings({ columns: 40 });
    let ms = 0;
    const line = new ProgressLine(around.stderr, () => new Date(ms), true, 'job 1');
    for (ms = 0; ms <= 500; ms += 50) line.show(at('dumping', `t${ms}`));
    line.clear();
    line.clear();
    expect(around.err().split('\r').slice(1)).toEqual([
      'job 1: dumping  t0\x1b[K',
      'job 1: dumping  t250\x1b[K',
      'job 1: dumping  t500\x1b[K',
      '\x1b[K',
    ]);
  });

  it('shows a new stage at once', () => {
    const around = recordingSurroundings({ columns: 40 });
    const line = new ProgressLine(around.stderr, () => new Date(0), true, 'job 1');
    line.show(at('dumping'));
    line.show(at('storing'));
    expect(around.err()).toContain('storing');
  });

  it('leaves the last column free, so that it never wraps', () => {
    const around = recordingSurroundings({ columns: 20 });
    new ProgressLine(around.stderr, () => new Date(0), true, 'job 1').show(at('dumping', 'a long name of a table'));
    expect(around.err()).toBe('\rjob 1: dumping  a …\x1b[K');
  });

  it('is not there without a terminal, nor when it is not wanted', () => {
    const pipe = recordingSurroundings();
    const terminal = recordingSurroundings({ columns: 40 });
    for (const [around, enabled] of [
      [pipe, true],
      [terminal, false],
    ] as const) {
      const line = new ProgressLine(around.stderr, () => new Date(0), enabled, 'job 1');
      line.show(at('dumping'));
      line.clear();
      expect(around.err()).toBe('');
    }
  });
});
