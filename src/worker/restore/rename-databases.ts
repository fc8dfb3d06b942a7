import { PgSnapManError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import { sessionsText } from '../../core/restore/plan-existing.ts';
import { type Connection, ConnectionError, sqlStateOf } from '../../sql/connection.ts';
import { readExistingDatabase } from '../../sql/instance/existing-database.ts';
import { endSessions } from './staging-database.ts';

/** A database that gets another name; known by its OID. */
export interface Renaming {
  oid: number;
  from: string;
  to: string;
}

export interface RenameOptions {
  /** Several at a time, in this order; those after the first get names that became free. */
  renamings: readonly Renaming[];
  /** Opens a second session in the maintenance database, which ends the sessions that are in the way. */
  connect(): Promise<Connection>;
  /** For how long it is tried again when sessions do not end. */
  patienceMs: number;
  /** Done first, in the same transaction. */
  before?: () => Promise<void>;
  /** Done last, right before the commit. */
  atEnd?: () => void;
}

const OBJECT_IN_USE = '55006';
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_TIMEOUT_MS = 10_000;
const BETWEEN_ATTEMPTS_MS = 1_000;
const MOST_BETWEEN_ATTEMPTS_MS = 10_000;
const BETWEEN_ROUNDS_MS = 40;

/**
 * Renames databases in one transaction, whoever is connected to them. `alter database … rename` first locks the name, so
 * that whoever connects waits, and then waits up to five seconds for the sessions that are there; meanwhile a second
 * session of ours ends them. So nothing has to be forbidden beforehand: if we die at any moment the server rolls back,
 * and every database has its name and takes connections. Sessions that do not end let it fail, and it is tried again.
 * @throws PgSnapManError run_failed when somebody holds on to a database, or a name means another one than it did
 */
export async function renameDatabases(control: Connection, options: RenameOptions): Promise<void> {
  const helper = await options.connect();
  const begun = performance.now();
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await renameOnce(control, helper, options);
      } catch (error) {
        const isBusy = [OBJECT_IN_USE, LOCK_NOT_AVAILABLE].includes(sqlStateOf(error) ?? '');
        if (!isBusy || error instanceof ConnectionError) throw error;
        if (performance.now() - begun > options.patienceMs) throw await stillInUse(control, options.renamings, error);
        await new Promise((resolve) =>
          setTimeout(resolve, Math.min(attempt * BETWEEN_ATTEMPTS_MS, MOST_BETWEEN_ATTEMPTS_MS)),
        );
      }
    }
  } finally {
    await helper.close();
  }
}

async function renameOnce(
  control: Connection,
  helper: Connection,
  { renamings, before, atEnd }: RenameOptions,
): Promise<void> {
  const enders: SessionEnder[] = [];
  const renameAll = async (): Promise<void> => {
    await control.script(`set local lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
    await before?.();
    for (const renaming of renamings) {
      const ender = endSessionsUntilStopped(helper, renaming.oid);
      enders.push(ender);
      await control.script(
        `alter database ${quoteIdentifier(renaming.from)} rename to ${quoteIdentifier(renaming.to)}`,
      );
      ender.stop();
      await requireSame(control, renaming);
    }
    atEnd?.();
  };
  try {
    await control.transaction(renameAll);
  } finally {
    for (const ender of enders) ender.stop();
    await Promise.all(enders.map(({ ended }) => ended));
  }
}

interface SessionEnder {
  stop(): void;
  ended: Promise<void>;
}

/** Ends the sessions in a database again and again until it is told to stop. */
function endSessionsUntilStopped(helper: Connection, oid: number): SessionEnder {
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      await endSessions(helper, oid).catch(() => {});
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, BETWEEN_ROUNDS_MS));
    }
  })();
  return {
    ended,
    stop() {
      stopped = true;
    },
  };
}

/** Names are what SQL takes; the OID is what we mean. */
async function requireSame(control: Connection, { oid, from, to }: Renaming): Promise<void> {
  const found = await control.row<{ oid: number }>('select oid::int8 as oid from pg_database where datname = $1', [to]);
  if (found?.oid === oid) return;
  throw new PgSnapManError(
    'run_failed',
    `database "${from}" is not the one any more that it was when the work began`,
    'somebody has replaced it meanwhile; try again',
  );
}

async function stillInUse(control: Connection, renamings: readonly Renaming[], cause: unknown): Promise<Error> {
  for (const { from } of renamings) {
    const database = await readExistingDatabase(control, from);
    if (database === null) continue;
    const { sessions, prepared_transactions: prepared } = database;
    if (sessions.length + prepared.length === 0) continue;
    const who = prepared.length > 0 ? `prepared transactions ${prepared.join(', ')}` : sessionsText(database);
    return new PgSnapManError(
      'run_failed',
      `database "${from}" stays in use: ${who} could not be ended`,
      'end them by hand, then try again',
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PgSnapManError('run_failed', `the databases could not be renamed: ${reason}`, 'try again', { cause });
}
