import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { Connection } from '../connection.ts';
import { intervalColumn } from './columns.ts';

/**
 * Inserts one row and returns it. Fields that are undefined get the catalog's default. `table` is the table with the
 * alias that `returning` uses, such as `dump_job as j`.
 * @throws QueryError when a constraint refuses it; constraints have readable names
 */
export async function insertRow<T>(
  c: Connection,
  table: string,
  fields: Readonly<Record<string, unknown>>,
  returning: string,
): Promise<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const columns = given.map(([field]) => quoteIdentifier(intervalColumn(field) ?? field));
  const values = given.map(([field], index) =>
    intervalColumn(field) === null ? `$${index + 1}` : `$${index + 1}::float8 * interval '1 millisecond'`,
  );
  const row = await c.row<T>(
    `insert into pgsnapman.${table} (${columns.join(', ')}) values (${values.join(', ')}) returning ${returning}`,
    given.map(([, value]) => value),
  );
  if (row === undefined) throw new Error(`insert into ${table} returned no row`);
  return row;
}
