import type { TocEntry } from '../postgres/toc.ts';
import type { RestoreError } from './error-reading.ts';

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
}

export interface JudgedErrors {
  /** Sentences for the outcome's warnings, each once. */
  harmless: string[];
  /** What fails the restore. */
  losses: Loss[];
}

/** Tells harmless errors from losses. @param entries the archive's entries by their dump id */
export function judgeErrors(errors: readonly RestoreError[], entries: ReadonlyMap<number, TocEntry>): JudgedErrors {
  const harmless = new Set<string>();
  const losses: Loss[] = [];
  for (const error of errors) {
    const entry = entryOf(error, entries);
    const known = HARMLESS_ERRORS.find((candidate) => candidate.matches(error, entry));
    if (known === undefined) losses.push({ dumpId: entry?.dumpId ?? null, sentence: lossSentence(error, entry) });
    else harmless.add(`${error.message} (no loss: ${known.reason})`);
  }
  return { harmless: [...harmless], losses };
}

/**
 * The entry that an error is about. Several sessions of pg_restore write their lines between each other, so the statement
 * counts for more than the entry that was named before it.
 */
function entryOf({ dumpId, statement }: RestoreError, entries: ReadonlyMap<number, TocEntry>): TocEntry | undefined {
  const named = dumpId === null ? undefined : entries.get(dumpId);
  if (statement === null || named?.defn.includes(statement)) return named;
  const [only, ...others] = [...entries.values()].filter(({ defn }) => defn.trimStart().startsWith(statement));
  return only !== undefined && others.length === 0 ? only : named;
}

function lossSentence({ message, dataLine, statement }: RestoreError, entry: TocEntry | undefined): string {
  const line = dataLine === null ? '' : ` (line ${dataLine} of its data)`;
  if (entry === undefined) return statement === null ? message : `${message} (in: ${statement})`;
  return `${entryText(entry)}: ${message}${line}`;
}

/** What an entry is, for people: `table data "schema"."name"`. */
export function entryText({ desc, namespace, tag }: TocEntry): string {
  return `${desc.toLowerCase()} ${namespace === '' ? `"${tag}"` : `"${namespace}"."${tag}"`}`;
}
