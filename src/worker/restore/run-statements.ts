import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { Statement } from '../../core/restore/statement.ts';
import { type Connection, ConnectionError } from '../../sql/connection.ts';

/**
 * Runs statements of a plan within the open transaction. One that is not essential may fail: it is taken back alone,
 * and becomes a warning.
 * @throws PgSnapManError for an essential one, or a lost connection
 */
export async function runStatements(
  c: Connection,
  statements: readonly Statement[],
  warn: (warning: string) => void,
): Promise<void> {
  for (const { sql, about, essential } of statements) {
    if (!essential) await c.script('savepoint statement');
    try {
      await c.script(sql);
      if (!essential) await c.script('release savepoint statement');
    } catch (error) {
      if (error instanceof ConnectionError || !(error instanceof PgSnapManError)) throw error;
      if (essential) throw new PgSnapManError(error.code, `${about}: ${error.message}`, error.hint, { cause: error });
      await c.script('rollback to savepoint statement; release savepoint statement');
      warn(`not done: ${about}: ${errorText(error)}`);
    }
  }
}
