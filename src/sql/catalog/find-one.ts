import { PgSnapManError } from '../../core/errors.ts';

/**
 * The only one of the rows that a reference may mean.
 * @throws PgSnapManError not_found, or usage with the candidates when there are several
 */
export function theOnly<T>(rows: readonly T[], kind: string, reference: string, name: (row: T) => string): T {
  const [first, ...others] = rows;
  if (first === undefined) {
    throw new PgSnapManError(
      'not_found',
      `there is no ${kind} "${reference}"`,
      `see: pgsnapman ${kind.replace(' ', '')} list`,
    );
  }
  if (others.length > 0) {
    const candidates = rows.slice(0, 5).map(name).join(', ');
    throw new PgSnapManError('usage', `"${reference}" may mean several: ${candidates}`, 'give the id');
  }
  return first;
}

/** Ids are positive and fit a bigint; anything else is not an id. */
export function asId(reference: string): number | null {
  return /^[1-9]\d{0,14}$/.test(reference) ? Number(reference) : null;
}

/** First and last uuid that begin so; null if the text is not the beginning of a uuid. */
export function uuidRange(prefix: string): [string, string] | null {
  const digits = prefix.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return null;
  return [digits.padEnd(32, '0'), digits.padEnd(32, 'f')];
}
