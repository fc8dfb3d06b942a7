import { PgSnapManError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import { keptProperties } from '../../core/restore/plan-properties.ts';
import type { Statement } from '../../core/restore/statement.ts';
import { type Connection, ConnectionError, sqlStateOf } from '../../sql/connection.ts';
import { readDatabase } from '../../sql/instance/read-database.ts';
import { faultPoint } from '../fault.ts';
import type { JournalFile } from './journal-file.ts';
import { isOrdinary } from './ordinary-error.ts';
import { type Renaming, renameDatabases } from './rename-databases.ts';
import { dropReplaced, freeKeptName } from './replaced-database.ts';
import type { RestoreRun } from './restore-run.ts';
import { runStatements } from './run-statements.ts';
import { endSessions } from './staging-database.ts';
import type { TargetChange } from './target-change.ts';

/** Said by the look before, and by the index when somebody was quicker. */
const DUPLICATE_STATES = ['42P04', '23505'];

/**
 * Makes the complete staging database the target: its properties and its name, and another name for the database that it
 * replaces, in one transaction, so that nobody ever sees one without the other. A database that is to be dropped is
 * dropped afterwards.
 * @throws PgSnapManError; after it the staging database is as it was, unless the connection was lost
 */
export async function finishDatabase(
  run: RestoreRun,
  control: Connection,
  change: TargetChange,
  oid: number,
  journal: JournalFile,
): Promise<void> {
  const { plan } = change;
  const staging = quoteIdentifier(plan.staging);
  await control.script(`alter database ${staging} with allow_connections false`);
  await endSessions(control, oid);
  const properties = await propertiesOfNow(run, change);
  const renamings = await noteRenamings(run, control, change, oid, journal);
  faultPoint('restore.before-rename');
  await journal.update({ step: 'renaming' });
  try {
    await renameDatabases(control, {
      renamings,
      connect: () => run.connect(null),
      patienceMs: run.context.limits.lockWaitTimeoutMs,
      async before() {
        await control.script(`alter database ${staging} with allow_connections true`);
        await runStatements(control, properties, (warning) => run.warn(warning));
      },
      atEnd: () => faultPoint('restore.swapping'),
    });
  } catch (error) {
    throw renamingError(error, plan.target, run.task.destination.name);
  }
  faultPoint('restore.renamed');
  await dropReplaced(run, control, journal);
}

/** A restore can take hours: what the target's administrator has set meanwhile counts. */
async function propertiesOfNow(run: RestoreRun, { plan, question }: TargetChange): Promise<readonly Statement[]> {
  if (plan.propertiesOf === 'source' || plan.replaces?.way === 'drop_before') return plan.properties;
  const inside = await run.connect(plan.target).catch((error) => {
    if (!isOrdinary(error)) throw error;
    return null;
  });
  if (inside === null) return plan.properties;
  try {
    return keptProperties(question, await readDatabase(inside)).statements;
  } finally {
    await inside.close();
  }
}

/** The replaced database first, if it is still there. */
async function noteRenamings(
  run: RestoreRun,
  control: Connection,
  { plan }: TargetChange,
  oid: number,
  journal: JournalFile,
): Promise<Renaming[]> {
  const { target, staging, replaces } = plan;
  const renamings: Renaming[] = [{ oid, from: staging, to: target }];
  if (replaces === null || replaces.way === 'drop_before') return renamings;
  const found = await control.row('select from pg_database where datname = $1', [target]);
  if (found === undefined) return renamings;
  const kept_as = await freeKeptName(control, target, 'old', run.context.now());
  await journal.update({ replaced: { way: replaces.way, oid: replaces.oid, kept_as } });
  return [{ oid: replaces.oid, from: target, to: kept_as }, ...renamings];
}

function renamingError(error: unknown, target: string, instance: string): unknown {
  if (!(error instanceof PgSnapManError) || error instanceof ConnectionError) return error;
  if (DUPLICATE_STATES.includes(sqlStateOf(error) ?? '')) {
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
