import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';

/** First key of our advisory locks for targets: the letters "pgsm". */
const LOCK_CLASS = 0x7067736d;

/**
 * Keeps every other restore, of whatever worker, away from a target for as long as the connection lives. The lock is one
 * of the database that it is connected to, which must be the instance's maintenance database.
 * @throws PgSnapManError busy
 */
export async function lockTarget(c: Connection, target: string, instance: string): Promise<void> {
  const found = await c.row<{ locked: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as locked', [
    LOCK_CLASS,
    target,
  ]);
  if (found?.locked === true) return;
  throw new PgSnapManError(
    'busy',
    `another restore into database "${target}" on ${instance} is running`,
    'wait until it has ended, or cancel it',
  );
}
