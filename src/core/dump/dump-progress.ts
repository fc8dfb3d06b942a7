/** How far pg_dump is, as far as its standard error tells. */
export interface DumpTrack {
  /** Grows with every line that means progress; when it stands still, nothing has happened. */
  marks: number;
  /** Finished items: tables, and large objects as one. */
  doneItems: number;
  /** What is being dumped now; with several jobs, what was begun last. */
  item: string | null;
  /** True while data is dumped; before that catalogs are read and locks taken. */
  dumping: boolean;
}

export const NO_TRACK: DumpTrack = { marks: 0, doneItems: 0, item: null, dumping: false };

/**
 * The next state after a line of `pg_dump --verbose`. With two jobs or more, `finished item N TABLE DATA name` ends an
 * item; with one job no line does, but the next `dumping contents of table` ends the one before.
 */
export function trackLine(track: DumpTrack, line: string, jobs: number): DumpTrack {
  const marks = track.marks + 1;
  if (jobs > 1 && /^pg_dump: finished item \d+ /.test(line)) return { ...track, marks, doneItems: track.doneItems + 1 };
  const item = startedItem(line);
  if (item === null) return line.startsWith('pg_dump: ') ? { ...track, marks } : track;
  const doneItems = jobs === 1 && track.dumping ? track.doneItems + 1 : track.doneItems;
  return { marks, doneItems, item, dumping: true };
}

function startedItem(line: string): string | null {
  const table = /^pg_dump: dumping contents of table "(.*?)"?$/.exec(line);
  if (table !== null) return table[1] ?? null;
  return line === 'pg_dump: saving large objects' ? 'large objects' : null;
}
