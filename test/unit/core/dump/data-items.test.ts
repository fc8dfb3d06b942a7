import { describe, expect, it } from 'vitest';
import { DataItems } from '../../../../src/core/dump/data-items.ts';
import { NO_TRACK, trackLine } from '../../../../src/core/dump/dump-progress.ts';
import type { Toc, TocEntry } from '../../../../src/core/postgres/toc.ts';

const entry = (dumpId: number, desc: string, fileName: string | null): Partial<TocEntry> => ({
  dumpId,
  desc,
  fileName,
  namespace: 'public',
  tag: `t${dumpId}`,
});
const items = new DataItems({
  entries: [
    entry(1, 'TABLE', null),
    entry(7, 'TABLE DATA', '7.dat'),
    entry(5, 'TABLE DATA', '5.dat'),
    entry(9, 'BLOBS', 'blobs.toc'),
  ],
} as Toc);

/** Paths of the items that may be finished after the last of these lines. */
function finishedBy(jobs: number, lines: string[]): string[] {
  const before = lines.slice(0, -1).reduce((track, line) => trackLine(track, line, jobs), NO_TRACK);
  const found = items.perhapsFinished(before, trackLine(before, lines.at(-1) ?? '', jobs));
  return found.map((item) => item.path);
}

const begun = (table: string) => `pg_dump: dumping contents of table "public.${table}"`;

describe('an item of a dump may be finished', () => {
  it('with several jobs when pg_dump says so', () => {
    expect(finishedBy(2, [begun('t7'), begun('t5')])).toEqual([]);
    expect(finishedBy(2, [begun('t7'), begun('t5'), 'pg_dump: finished item 5 TABLE DATA t5'])).toEqual(['5.dat']);
    expect(finishedBy(2, [begun('t7'), 'pg_dump: finished item 99 TABLE DATA x'])).toEqual([]);
  });

  it('with one job when the next one begins', () => {
    expect(finishedBy(1, [begun('t7')])).toEqual([]);
    expect(finishedBy(1, [begun('t7'), begun('t5')])).toEqual(['7.dat']);
    expect(finishedBy(1, [begun('t7'), begun('t5'), 'pg_dump: saving large objects'])).toEqual(['7.dat', '5.dat']);
    expect(finishedBy(1, [begun('t7'), begun('t5'), 'pg_dump: saving large objects "1..9"'])).toEqual([
      '7.dat',
      '5.dat',
    ]);
  });

  it('is known by its table, or by its file', () => {
    expect(items.inOrder.map((item) => item.name)).toEqual(['public.t7', 'public.t5', 'blobs.toc']);
  });
});
