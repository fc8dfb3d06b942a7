import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';
import { intervalColumn } from './columns.ts';

/**
 * Changes columns of one row and returns it; undefined: it is gone. `table` and `alias` as in insertRow; without any
 * column nothing is changed.
 * @throws QueryError when a constraint refuses it; constraints have readable names
 */
export async function updateRow<T>(
  c: Connection,
  table: string,
  alias: string,
  id: number,
  fields: Readonly<Record<string, unknown>>,
  returning: string,
): Promise<T | undefined> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0)
    return c.row<T>(`select ${returning} from pgsnapman.${table} as ${alias} where ${alias}.id = $1`, [id]);
  const changes = given.map(([field], index) => {
    const interval = intervalColumn(field);
    const value = interval === null ? `$${index + 2}` : `$${index + 2}::float8 * interval '1 millisecond'`;
    return `${quoteIdentifier(interval ?? field)} = ${value}`;
  });
  return c.row<T>(
    `update pgsnapman.${table} as ${alias} set ${changes.join(', ')} where ${alias}.id = $1 returning ${returning}`,
    [id, ...given.map(([, value]) => value)],
  );
}
