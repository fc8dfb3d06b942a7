import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { quoteLiteral } from '../../core/postgres/identifiers.ts';
import type { LocaleAnswer } from '../../core/restore/target-facts.ts';
import { type Connection, ConnectionError, QueryError } from '../connection.ts';

const UNKNOWN: LocaleAnswer = { available: 'unknown', reason: null };
/** What the operating system says about a locale that it does not have. */
const NO_SUCH_LOCALE = /^could not create locale /;

/**
 * Whether the server knows the locale of a database, by making a temporary collation of it in a transaction that is
 * rolled back: lists of collations only say what was there when the cluster was made. ICU takes nearly every name, and
 * the built-in provider goes with the version, so only locales of the C library are tried.
 */
export async function tryLocale(
  c: Connection,
  { locale_provider, collate, ctype }: DatabaseFacts['database'],
): Promise<LocaleAnswer> {
  let answer = UNKNOWN;
  for (const locale of new Set([collate, ctype])) {
    answer = await tryOne(c, locale);
    if (answer.available !== 'yes') return answer;
  }
  return locale_provider === 'libc' ? answer : { ...answer, available: 'yes' };
}

async function tryOne(c: Connection, locale: string): Promise<LocaleAnswer> {
  if (locale === 'C' || locale === 'POSIX') return { available: 'yes', reason: null };
  await c.script('begin');
  try {
    await c.script(`create collation pg_temp.trial (provider = libc, locale = ${quoteLiteral(locale)})`);
    return { available: 'yes', reason: null };
  } catch (error) {
    if (error instanceof ConnectionError || !(error instanceof QueryError)) throw error;
    // a locale for another encoding than that of the database we are in is there, and cannot be tried
    return NO_SUCH_LOCALE.test(error.message) ? { available: 'no', reason: error.message } : UNKNOWN;
  } finally {
    await c.script('rollback');
  }
}
