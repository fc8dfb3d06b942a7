import type { ExpectedObject } from '../../core/restore/expected-objects.ts';
import { missingObjects } from '../../core/restore/missing-objects.ts';
import { type FoundObject, objectsSql } from '../../core/restore/objects-sql.ts';
import type { Connection } from '../../sql/connection.ts';

/** Those of the objects that are not in the database, by one statement for all. */
export async function objectsNotThere(c: Connection, expected: readonly ExpectedObject[]): Promise<ExpectedObject[]> {
  const sql = objectsSql(
    expected.map(({ kind }) => kind),
    c.serverVersionNum,
  );
  return missingObjects(expected, sql === null ? [] : await c.rows<FoundObject>(sql));
}
