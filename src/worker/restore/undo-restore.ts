import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { Instance } from '../../core/model/configuration.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import type { WorkSession } from '../run/work-session.ts';
import { renameDatabases } from './rename-databases.ts';
import { freeKeptName } from './replaced-database.ts';
import { lockTarget } from './target-lock.ts';
import { forgetUndoDatabase, noteUndoDatabase, readUndoList } from './undo-list.ts';

/** A restore run that has kept the database that it replaced. */
export interface UndoTask {
  /** Identity of this undo: done once, however often it is asked for. */
  uuid: string;
  run_uuid: string;
  destination: Instance;
  dest_dbname: string;
  undo_dbname: string;
  undo_oid: number;
}

export interface UndoResult {
  dest_dbname: string;
  /** Name and OID of the database that was there until now; null: there was none. */
  undo_dbname: string | null;
  undo_oid: number | null;
}

const SESSION = { default_transaction_read_only: 'off', statement_timeout: '0', lock_timeout: '0' };

/**
 * Gives a replaced database its name back, and keeps the one that has it now under a name of its own: in one transaction,
 * so that there is nothing to heal. The kept one takes the other's place in the worker's list, and an undo of the undo is
 * the same once more.
 * @throws PgSnapManError not_found when the kept database is gone, busy when a restore into the target is running
 */
export async function undoRestore(session: WorkSession, task: UndoTask): Promise<UndoResult> {
  const { worker } = session;
  const open = (): Promise<Connection> =>
    connect(instanceConnection(task.destination, null, worker.sources), {
      applicationName: `pgsnapman undo ${task.run_uuid}`,
      session: SESSION,
    });
  const c = await open();
  try {
    await lockTarget(c, task.dest_dbname, task.destination.name);
    return await swapBack(session, c, task, open);
  } finally {
    await c.close();
  }
}

async function swapBack(
  session: WorkSession,
  c: Connection,
  task: UndoTask,
  open: () => Promise<Connection>,
): Promise<UndoResult> {
  const { worker } = session;
  const { dest_dbname: target, undo_dbname: name, undo_oid: oid } = task;
  const databases = await c.rows<{ name: string; oid: number }>(
    'select datname as name, oid::int8 as oid from pg_database',
  );
  const done = await doneBefore(session, task, databases);
  if (done !== null) return done;
  requireKept(task, databases);
  const current = databases.find((database) => database.name === target) ?? null;
  const kept = current === null ? null : await freeKeptName(c, target, 'undone', worker.now());
  const record = (database: { name: string; oid: number }) => recordOf(session, task, database);
  // Written first: whatever happens from here on, what is kept is in the list. Nobody trusts it without a look at the
  // databases, so that it may also say what never came to be.
  if (current !== null && kept !== null) await noteUndoDatabase(worker, record({ name: kept, oid: current.oid }));
  await renameDatabases(c, {
    renamings: [
      ...(current === null || kept === null ? [] : [{ oid: current.oid, from: target, to: kept }]),
      { oid, from: name, to: target },
    ],
    connect: open,
    patienceMs: session.limits.lockWaitTimeoutMs(),
    atEnd: () => faultPoint('undo.swapping'),
  });
  faultPoint('undo.swapped');
  await forgetUndoDatabase(worker, record({ name, oid }));
  return { dest_dbname: target, undo_dbname: kept, undo_oid: current?.oid ?? null };
}

function recordOf(
  { worker }: WorkSession,
  { uuid: undo_uuid, destination, dest_dbname: target, run_uuid }: UndoTask,
  { name, oid }: { name: string; oid: number },
) {
  const { name: instanceName, host, port, username, service, sslmode, maintenance_db } = destination;
  const instance = { name: instanceName, host, port, username, service, sslmode, maintenance_db };
  return { instance_id: destination.id, instance, target, name, oid, run_uuid, undo_uuid, kept_at: worker.now() };
}

/** What this undo, or one whose process died before it had said so, has put aside; null: it has not been done. */
async function doneBefore(
  { worker }: WorkSession,
  { uuid, run_uuid, undo_oid, dest_dbname: target }: UndoTask,
  databases: readonly { name: string; oid: number }[],
): Promise<UndoResult | null> {
  const isThere = (name: string, oid: number): boolean =>
    databases.some((database) => database.name === name && database.oid === oid);
  const back = isThere(target, undo_oid);
  const found = (await readUndoList(worker)).find(
    (kept) =>
      isThere(kept.name, kept.oid) &&
      (kept.undo_uuid === uuid || (back && kept.run_uuid === run_uuid && kept.undo_uuid !== null)),
  );
  return found === undefined ? null : { dest_dbname: target, undo_dbname: found.name, undo_oid: found.oid };
}

function requireKept(
  { undo_dbname: name, undo_oid: oid, dest_dbname: target, destination }: UndoTask,
  databases: readonly { name: string; oid: number }[],
): void {
  const found = databases.find((database) => database.oid === oid);
  if (found?.name === name) return;
  if (found?.name === target) {
    const sentence = `database "${target}" on ${destination.name} is the one that was replaced: the restore is undone already`;
    throw new PgSnapManError('not_found', sentence, 'see: pgsnapman restorelog list');
  }
  const sentence =
    found === undefined
      ? `the replaced database "${name}" is not on ${destination.name} any more`
      : `the replaced database "${name}" on ${destination.name} has been renamed to "${found.name}"`;
  throw new PgSnapManError('not_found', sentence, 'restore an older dump instead, or rename databases by hand');
}
