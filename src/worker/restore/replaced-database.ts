import { errorText, PgSnapManError } from '../../core/errors.ts';
import { keptName } from '../../core/restore/staging-name.ts';
import { type Connection, ConnectionError } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import type { JournalFile } from './journal-file.ts';
import { renameDatabases } from './rename-databases.ts';
import type { RestoreRun } from './restore-run.ts';
import { dropDatabase } from './staging-database.ts';

/** A later tick tries again. */
const PATIENCE_MS = 20_000;

/** A name for the database that is replaced, which nobody has. */
export async function freeKeptName(
  control: Connection,
  target: string,
  kind: 'old' | 'undone',
  now: Date,
): Promise<string> {
  return keptName(target, kind, now, await control.rows<{ name: string }>('select datname as name from pg_database'));
}

/**
 * Drops the existing database before the restore. It gets another name first, which shows that it is the one that was
 * planned for, and from which healing can bring it back.
 * @throws PgSnapManError
 */
export async function clearTarget(
  run: RestoreRun,
  control: Connection,
  target: string,
  oid: number,
  journal: JournalFile,
): Promise<void> {
  run.stage('dropping the old database');
  const name = await freeKeptName(control, target, 'old', run.context.now());
  await journal.update({ step: 'clearing', replaced: { way: 'drop_before', oid, kept_as: name } });
  await renameDatabases(control, {
    renamings: [{ oid, from: target, to: name }],
    connect: () => run.connect(null),
    patienceMs: run.context.limits.lockWaitTimeoutMs,
  });
  faultPoint('restore.old-renamed');
  await dropDatabase(control, { oid, name });
  run.log(`dropped database "${target}"`);
  faultPoint('restore.old-dropped');
}

/** After the swap: what cannot be dropped is kept like any replaced database, with a warning. */
export async function dropReplaced(run: RestoreRun, control: Connection, journal: JournalFile): Promise<void> {
  const { replaced } = journal.content;
  if (replaced?.way !== 'drop') return;
  try {
    await dropDatabase(control, { oid: replaced.oid, name: replaced.kept_as });
  } catch (error) {
    if (error instanceof ConnectionError || !(error instanceof PgSnapManError)) throw error;
    run.warn(`the replaced database could not be dropped, it is kept as "${replaced.kept_as}": ${errorText(error)}`);
    await journal.update({ replaced: { ...replaced, way: 'rename' } });
  }
  faultPoint('restore.replaced-dropped');
}

/** The database that had been moved out of the way gets its name back. @throws PgSnapManError */
export async function giveNameBack(
  c: Connection,
  { oid, name, target }: { oid: number; name: string; target: string },
  connect: () => Promise<Connection>,
): Promise<void> {
  await renameDatabases(c, { renamings: [{ oid, from: name, to: target }], connect, patienceMs: PATIENCE_MS });
}
