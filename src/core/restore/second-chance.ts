import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { TocEntry } from '../postgres/toc.ts';
import { tableKey } from './check-sql.ts';
import { copyTarget, type ExpectedContent } from './expected-content.ts';
import { entryText, type Loss } from './harmless-errors.ts';

/** What a server has when nobody has set anything. */
const DEFAULT_PATH = '"$user", public';
/** Large objects are not restored in one statement, and no function of anybody takes part in it. */
const NOT_AGAIN = /^BLOB/;

/**
 * The search_path for entries that are run again: that of the source database. pg_restore runs with an empty one, so
 * that functions which name tables or other functions without their schema fail in checks, generated columns, index
 * expressions and materialized views. Null: never, as the dump is from an instance that is not trusted, whose functions
 * would then choose what they call.
 */
export function secondChancePath(trusted: boolean, { database }: Pick<DatabaseFacts, 'database'>): string | null {
  if (!trusted) return null;
  return database.settings.find(({ name }) => name === 'search_path')?.value ?? DEFAULT_PATH;
}

export interface Again {
  /** Entries that failed and are worth running again, in the order of the archive. */
  entries: TocEntry[];
  /** What is lost whatever becomes of them. */
  lost: Loss[];
}

/**
 * What failed: the entries of losses, and tables that are empty though nothing was said of them. The rows of one that
 * holds some are not brought again, as they would be there twice: what failed was something else about it.
 * @param holdsRows by tableKey a table: false for one that is empty now; tables that cannot tell are not in it
 */
export function planAgain(
  losses: readonly Loss[],
  entries: readonly TocEntry[],
  holdsRows: ReadonlyMap<string, boolean>,
): Again {
  const told = (entry: TocEntry): boolean | undefined =>
    entry.desc === 'TABLE DATA' ? holdsRows.get(tableKey(copyTarget(entry))) : undefined;
  const lossOf = new Set(losses.map(({ dumpId }) => dumpId));
  const again = entries.filter((entry) => {
    if (NOT_AGAIN.test(entry.desc)) return false;
    const holds = told(entry);
    return holds === undefined ? lossOf.has(entry.dumpId) : !holds;
  });
  const ids = new Set(again.map(({ dumpId }) => dumpId));
  return { entries: again, lost: losses.filter(({ dumpId }) => dumpId === null || !ids.has(dumpId)) };
}

/** What is lost although it was run again: by its first error where one is known. */
export function lossesOfAgain(losses: readonly Loss[], failures: ReadonlyMap<TocEntry, string>): Loss[] {
  return [...failures].flatMap(([entry, failure]) => {
    const first = losses.filter(({ dumpId, unexplained }) => dumpId === entry.dumpId && !unexplained);
    return first.length > 0 ? first : [{ dumpId: entry.dumpId, sentence: `${entryText(entry)}: ${failure}` }];
  });
}

/** Tables that are filled by one entry and hold only what it brings, so that being empty means that it failed. */
export function tellingTables(
  entries: readonly TocEntry[],
  { tables }: Pick<ExpectedContent, 'tables'>,
): ExpectedContent['tables'] {
  const uses = new Map<string, number>();
  for (const entry of entries) {
    if (entry.desc !== 'TABLE DATA') continue;
    const key = tableKey(copyTarget(entry));
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return tables.filter((table) => table.exact && table.rows > 0 && uses.get(tableKey(table)) === 1);
}
