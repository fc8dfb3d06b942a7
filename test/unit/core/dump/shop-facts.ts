import type { DatabaseFacts } from '../../../../src/core/facts/database-facts.ts';
import { sampleDatabase, sampleFacts, sampleRole } from '../../../support/sample-facts.ts';

/** Facts about a database with an owner of its own, and with what every database has. */
export function shopFacts(changes: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return sampleFacts({
    database: sampleDatabase({ owner: 'shop_owner' }),
    roles: [
      sampleRole('postgres', { superuser: true, login: true, bootstrap: true }),
      sampleRole('shop_owner', { login: true }),
    ],
    extensions: [{ name: 'plpgsql', version: '1.0', schema: 'pg_catalog', owner: 'postgres' }],
    schemas: [{ name: 'public', owner: 'postgres', acl: null, comment: null }],
    ...changes,
  });
}
