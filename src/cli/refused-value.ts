import { PgSnapManError } from '../core/errors.ts';
import { QueryError } from '../sql/query-error.ts';

/**
 * Does what writes to the catalog. A value that a constraint of the catalog refuses is a wrong argument: constraints have
 * readable names (`instance_port_is_a_port`), which become the sentence.
 */
export async function writing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof QueryError ? (asUsage(error) ?? error) : error;
  }
}

const UNIQUE_VIOLATION = '23505';

/** Classes 22 and 23 of SQLSTATE: the data is wrong, not the server. */
function asUsage(error: QueryError): PgSnapManError | null {
  if (!/^2[23]/.test(error.sqlState)) return null;
  const rule = error.constraint?.replaceAll('_', ' ');
  const sentence = rule === undefined ? error.message : `the catalog refuses this by its rule "${rule}"`;
  const usual =
    error.sqlState === UNIQUE_VIOLATION ? 'it is there already, list shows it' : 'see --help for what is allowed';
  return new PgSnapManError('usage', sentence, error.hint ?? usual, { cause: error });
}
