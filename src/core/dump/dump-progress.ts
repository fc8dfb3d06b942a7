/** How far pg_dump is, as far as its standard error tells. */
export interface DumpTrack {
  /** Finished items: tables, and large objects as one. */
  doneItems: number;
  /** Dump id of the item that the last line said to be finished; null: it said nothing of the kind. */
  finishedId: number | null;
  /** What is being dumped now; with several jobs, what was begun last. */
  item: string | null;
  /** True while data is dumped; before that catalogs are read and locks taken. */
  dumping: boolean;
}

export const NO_TRACK: DumpTrack = { doneItems: 0, finishedId: null, item: null, dumping: false };

/**
 * The next state after a line of `pg_dump --verbose`. With two jobs or more, `finished item N TABLE DATA name` ends an
 * item; with one job no line does, but the next `dumping contents of table` ends the one before. A name of several lines
 * can look like any of them, so this is a hint, and nothing more.
 */
export function trackLine(track: DumpTrack, line: string, jobs: number): DumpTrack {
  const finished = jobs > 1 ? /^pg_dump: finished item (\d+) /.exec(line)?.[1] : undefined;
  if (finished !== undefined) return { ...track, doneItems: track.doneItems + 1, finishedId: Number(finished) };
  const item = startedItem(line);
  if (item === null) return track.finishedId === null ? track : { ...track, finishedId: null };
  const doneItems = jobs === 1 && track.dumping ? track.doneItems + 1 : track.doneItems;
  return { doneItems, finishedId: null, item, dumping: true };
}

function startedItem(line: string): string | null {
  const table = /^pg_dump: dumping contents of table "(.*?)"?$/.exec(line);
  if (table !== null) return table[1] ?? null;
  return /^pg_dump: saving large objects(?: "|$)/.test(line) ? 'large objects' : null;
}
