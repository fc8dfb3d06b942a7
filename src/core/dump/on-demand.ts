/** What the source database says in `pgsnapman.metainfo (key, val)` under this key decides about scheduled dumps. */
export const FLAG_KEY = 'TAKE_BACKUP';

/** A row of that key, and which version of it was seen. */
export interface FlagRow {
  val: string | null;
  /** Place and transaction of the row version: a row that was written since has others. */
  ctid: string;
  xmin: string;
}

export interface Demand {
  /** False: the database wants no dump. */
  take: boolean;
  /** Rows that say YES; they are set back after the dump, if they are still what was seen. */
  wanted: FlagRow[];
  warnings: string[];
}

/** The word that a value is, however it is written. */
const wordOf = ({ val }: FlagRow): string => (val ?? '').trim().toUpperCase();

/**
 * NO skips the dump, YES takes it, SCHEDULE takes it always; so does no row at all, and a value that nobody knows: a dump
 * too many is better than one too few. Of several rows one that wants a dump is enough.
 */
export function demandOf(rows: readonly FlagRow[]): Demand {
  const wanted = rows.filter((row) => wordOf(row) === 'YES');
  const unknown = rows.filter((row) => !['YES', 'NO', 'SCHEDULE'].includes(wordOf(row)));
  const warnings = unknown.map(
    ({ val }) =>
      `${FLAG_KEY} in pgsnapman.metainfo is ${JSON.stringify(val)}, not YES, NO or SCHEDULE: the dump was taken`,
  );
  const take = rows.length === 0 || rows.some((row) => wordOf(row) !== 'NO');
  return { take, wanted, warnings };
}

/** What holds if the flag cannot be read. */
export function demandUnknown(reason: string): Demand {
  const text = `whether the database wants a dump could not be read (pgsnapman.metainfo): ${reason}; it was taken`;
  return { take: true, wanted: [], warnings: [text] };
}

/** The warning for a YES that stays. */
export function staysWanted(reason: string): string {
  return `${FLAG_KEY} in pgsnapman.metainfo stays YES, and the next scheduled dump is taken too: ${reason}`;
}
