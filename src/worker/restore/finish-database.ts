import { PgSnapManError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import { type Connection, ConnectionError, sqlStateOf } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import type { JournalFile } from './journal-file.ts';
import type { RestoreRun } from './restore-run.ts';
import { runStatements } from './run-statements.ts';
import { endSessions } from './staging-database.ts';

const DUPLICATE_DATABASE = '42P04';

/**
 * Makes the complete staging database the target: its properties and its name, in one transaction, so that nobody ever
 * sees it with one and without the other. Nobody can be connected then, and nobody can connect before it has committed.
 * @throws PgSnapManError; after it the staging database is as it was, unless the connection was lost
 */
export async function finishDatabase(
  run: RestoreRun,
  control: Connection,
  plan: RestorePlan,
  oid: number,
  journal: JournalFile,
): Promise<void> {
  const staging = quoteIdentifier(plan.staging);
  await control.script(`alter database ${staging} with allow_connections false`);
  await endSessions(control, oid);
  faultPoint('restore.before-rename');
  await journal.update({ step: 'renaming' });
  try {
    await control.transaction(async () => {
      await control.script(`alter database ${staging} with allow_connections true`);
      await runStatements(control, plan.properties, (warning) => run.warn(warning));
      await control.script(`alter database ${staging} rename to ${quoteIdentifier(plan.target)}`);
    });
  } catch (error) {
    throw renamingError(error, plan, run.task.destination.name);
  }
  faultPoint('restore.renamed');
}

function renamingError(error: unknown, { target }: RestorePlan, instance: string): unknown {
  if (!(error instanceof PgSnapManError) || error instanceof ConnectionError) return error;
  if (sqlStateOf(error) === DUPLICATE_DATABASE) {
    return new PgSnapManError(
      'run_failed',
      `somebody made a database "${target}" on ${instance} while its restore was running`,
      'choose another name for the target database, or remove the one that is there',
      { cause: error },
    );
  }
  return new PgSnapManError(
    'run_failed',
    `the restored database could not get its name: ${error.message}`,
    error.hint,
    { cause: error },
  );
}
