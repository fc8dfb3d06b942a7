import { type DatabaseFacts, databaseFactsSchema } from '../../core/facts/database-facts.ts';
import type { Connection } from '../connection.ts';
import { readDatabase } from './read-database.ts';
import { readLeftOut } from './read-left-out.ts';
import { countLargeObjects, readExtensions, readSchemas, readTables, readTablespaces } from './read-objects.ts';
import { readRoles } from './read-roles.ts';

/**
 * Reads everything that `databaseFactsSchema` describes about the current database. Call it in the transaction whose
 * snapshot the dump uses, so that both are of the same moment. Servers of version 12 and newer; needs no more rights
 * than to connect.
 */
export async function readDatabaseFacts(c: Connection): Promise<DatabaseFacts> {
  const facts: DatabaseFacts = {
    format: 1,
    server: { version: c.serverVersion, version_num: c.serverVersionNum },
    database: await readDatabase(c),
    ...(await readRoles(c)),
    tablespaces: await readTablespaces(c),
    extensions: await readExtensions(c),
    schemas: await readSchemas(c),
    tables: await readTables(c),
    large_objects: await countLargeObjects(c),
    left_out: await readLeftOut(c),
  };
  return databaseFactsSchema.parse(facts);
}
