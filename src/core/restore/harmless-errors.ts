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

export interface JudgedErrors {
  /** Sentences for the outcome's warnings, each once. */
  harmless: string[];
  /** Sentences for what fails the restore. */
  losses: string[];
}

/** Tells harmless errors from losses. @param entries the archive's entries by their dump id */
export function judgeErrors(errors: readonly RestoreError[], entries: ReadonlyMap<number, TocEntry>): JudgedErrors {
  const harmless = new Set<string>();
  const losses: string[] = [];
  for (const error of errors) {
    const entry = error.dumpId === null ? undefined : entries.get(error.dumpId);
    const known = HARMLESS_ERRORS.find((candidate) => candidate.matches(error, entry));
    if (known === undefined) losses.push(lossSentence(error, entry));
    else harmless.add(`${error.message} (no loss: ${known.reason})`);
  }
  return { harmless: [...harmless], losses };
}

function lossSentence({ message, dataLine, statement }: RestoreError, entry: TocEntry | undefined): string {
  const line = dataLine === null ? '' : ` (line ${dataLine} of its data)`;
  if (entry === undefined) return statement === null ? message : `${message} (in: ${statement})`;
  const name = entry.namespace === '' ? `"${entry.tag}"` : `"${entry.namespace}"."${entry.tag}"`;
  return `${entry.desc.toLowerCase()} ${name}: ${message}${line}`;
}
