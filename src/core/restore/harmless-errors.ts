import type { TocEntry } from '../postgres/toc.ts';
import { entriesOfError } from './entries-of-error.ts';
import type { ErrorReading, RestoreError } from './error-reading.ts';

interface HarmlessError {
  /** Why nothing of the source is missing after it. */
  reason: string;
  matches(error: RestoreError, entry: TocEntry | undefined): boolean;
}

const isAbout = (entry: TocEntry | undefined, desc: string, tag: string): boolean =>
  entry?.desc === desc && entry.tag === tag;

/** The errors of pg_restore that are no loss. Short on purpose: every other one fails the restore. */
const HARMLESS_ERRORS: readonly HarmlessError[] = [
  {
    reason: 'every new database has the schema "public"',
    matches: (error, entry) => error.message === 'schema "public" already exists' && isAbout(entry, 'SCHEMA', 'public'),
  },
  {
    reason: 'every database has the extension "plpgsql" with this comment',
    matches: (error, entry) =>
      error.message === 'must be owner of extension plpgsql' && isAbout(entry, 'COMMENT', 'EXTENSION plpgsql'),
  },
  {
    reason: 'every new database has the schema "public" with this comment',
    matches: (error, entry) =>
      error.message === 'must be owner of schema public' &&
      isAbout(entry, 'COMMENT', 'SCHEMA public') &&
      /IS 'standard public schema';/.test(entry?.defn ?? ''),
  },
  {
    reason: 'a newer pg_restore sets it for its own session, and an older server does not know it',
    matches: (error) =>
      /^unrecognized configuration parameter "(transaction_timeout|default_table_access_method|idle_in_transaction_session_timeout)"$/.test(
        error.message,
      ) && /^SET [a-z_]+ = /.test(error.statement ?? ''),
  },
];

/** Something of the source that did not arrive. */
export interface Loss {
  /** The archive's entry; null: not known. */
  dumpId: number | null;
  sentence: string;
  /** True: that it failed is known, but not why. */
  unexplained?: true;
}

export interface JudgedErrors {
  /** Sentences for the outcome's warnings, each once. */
  harmless: string[];
  /** What fails the restore: something about each entry that failed, and each error of none. */
  losses: Loss[];
}

/** Tells harmless errors from losses. @param entries the archive's entries by their dump id */
export function judgeErrors(reading: ErrorReading, entries: ReadonlyMap<number, TocEntry>): JudgedErrors {
  const failed = [...reading.failed].flatMap((dumpId) => entries.get(dumpId) ?? []);
  const known = new Set<number>();
  const harmless = new Set<string>();
  const losses: Loss[] = [];
  for (const error of reading.errors) {
    const about = entriesOfError(error, { all: entries, failed, known });
    for (const entry of about.length > 0 ? about : [undefined]) {
      const why = HARMLESS_ERRORS.find((candidate) => candidate.matches(error, entry));
      if (why === undefined) losses.push({ dumpId: entry?.dumpId ?? null, sentence: lossSentence(error, entry) });
      else harmless.add(`${error.message} (no loss: ${why.reason})`);
      if (entry !== undefined) known.add(entry.dumpId);
    }
  }
  for (const entry of failed.filter(({ dumpId }) => !known.has(dumpId))) {
    losses.push({
      dumpId: entry.dumpId,
      sentence: `${entryText(entry)}: its error could not be read`,
      unexplained: true,
    });
  }
  return { harmless: [...harmless], losses: [...losses, ...unreadLosses(reading, failed.length)] };
}

/** Each error that was not read is about an entry that is named all the same; more than there are such are not believed. */
function unreadLosses({ count, errors }: ErrorReading, failed: number): Loss[] {
  const unread = count - errors.length;
  return unread > failed ? [{ dumpId: null, sentence: `${unread} more errors, which were not kept` }] : [];
}

function lossSentence({ message, dataLine, statement }: RestoreError, entry: TocEntry | undefined): string {
  const line = dataLine === null ? '' : ` (line ${dataLine} of its data)`;
  if (entry === undefined) return statement === null ? message : `${message} (in: ${statement.split('\n', 1)[0]})`;
  return `${entryText(entry)}: ${message}${line}`;
}

/** What an entry is, for people: `table data "schema"."name"`. */
export function entryText({ desc, namespace, tag }: Pick<TocEntry, 'desc' | 'namespace' | 'tag'>): string {
  return `${desc.toLowerCase()} ${namespace === '' ? `"${tag}"` : `"${namespace}"."${tag}"`}`;
}
