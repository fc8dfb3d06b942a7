import type { TocEntry } from '../postgres/toc.ts';
import { namedInError, type RestoreError } from './error-reading.ts';

/** Statements about the session alone, which pg_restore runs for no entry. */
const OF_SESSION = /^(SET |SELECT pg_catalog\.set_config\()/;

export interface EntriesToChoose {
  /** All of them by their dump id. */
  all: ReadonlyMap<number, TocEntry>;
  /** Those that pg_restore names as failed. */
  failed: readonly TocEntry[];
  /** Of those the ones of which an error is known already. */
  known: ReadonlySet<number>;
}

/**
 * The entry that an error is about, by the error's own words: the table of COPY, or the statement. Only where they tell
 * nothing it is the one that was named last, as several processes of pg_restore write their lines between each other.
 * More than one: it is about one of them, and pg_restore has named none. None: it is about no entry.
 */
export function entriesOfError(error: RestoreError, { all, failed, known }: EntriesToChoose): TocEntry[] {
  const own = inWords(error, failed);
  if (own.length > 0) {
    const untold = own.filter(({ dumpId }) => !known.has(dumpId));
    return [untold.find(({ dumpId }) => dumpId === error.dumpId) ?? untold[0] ?? own[0]].filter(
      (one) => one !== undefined,
    );
  }
  const unnamed = inWords(error, [...all.values()]);
  if (unnamed.length > 0) return unnamed;
  if (error.statement !== null && OF_SESSION.test(error.statement)) return [];
  const last = error.dumpId === null ? undefined : all.get(error.dumpId);
  return last === undefined ? [] : [last];
}

function inWords({ copyInto, statement }: RestoreError, entries: readonly TocEntry[]): TocEntry[] {
  if (copyInto !== null)
    return entries.filter(({ desc, tag }) => desc === 'TABLE DATA' && namedInError(`${tag}": `) === copyInto);
  const words = statement?.replace(/\.\.\.$/, '').trim() ?? '';
  if (words === '') return [];
  return entries.filter((entry) => [entry.defn, entry.copyStmt].some((text) => text.trimStart().startsWith(words)));
}
