import { describe, expect, it } from 'vitest';
import { type DumpTrack, NO_TRACK, trackLine } from '../../../../src/core/dump/dump-progress.ts';

const follow = (jobs: number, lines: string[]): DumpTrack =>
  lines.reduce((track, line) => trackLine(track, line, jobs), NO_TRACK);

const PARALLEL = [
  'pg_dump: reading extensions',
  'pg_dump: saving database definition',
  'pg_dump: dumping contents of table "public.a"',
  'pg_dump: dumping contents of table "public.b"',
  'pg_dump: finished item 3361 TABLE DATA b',
];

describe('the progress of pg_dump', () => {
  it('with several jobs counts finished items', () => {
    expect(follow(2, PARALLEL)).toEqual({ doneItems: 1, finishedId: 3361, item: 'public.b', dumping: true });
  });

  it('with one job counts a table when the next begins', () => {
    const lines = [...PARALLEL.slice(0, 4), 'pg_dump: saving large objects'];
    expect(follow(1, lines)).toEqual({ doneItems: 2, finishedId: null, item: 'large objects', dumping: true });
  });

  it('before the first table is reading', () => {
    expect(follow(2, PARALLEL.slice(0, 2))).toEqual(NO_TRACK);
  });

  it('is not confused by names of several lines', () => {
    const lines = ['pg_dump: dumping contents of table "public.a', 'b"', 'pg_dump: finished item 7 TABLE DATA a', 'b'];
    expect(follow(2, lines)).toEqual({ doneItems: 1, finishedId: null, item: 'public.a', dumping: true });
  });
});
