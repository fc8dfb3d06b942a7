import { instanceConnection } from '../../core/connection/connection-settings.ts';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import { planUndoCleaning, type UndoDatabase, undoByTarget } from '../../core/restore/undo-databases.ts';
import { type Connection, connect } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import type { WorkSession } from '../run/work-session.ts';
import { dropDatabase } from './staging-database.ts';
import { lockTarget } from './target-lock.ts';
import { forgetUndoDatabase, readUndoList } from './undo-list.ts';

const SESSION = { default_transaction_read_only: 'off', statement_timeout: '0', lock_timeout: '60s' };
const DEFAULT_KEEP = 1;

/**
 * Drops the databases that restores have kept longer than `undo_keep` says, each by its OID and only if it still has the
 * name that it was kept under. What cannot be dropped now is told once, and tried again by the next cleaning.
 * @returns how many were dropped
 */
export async function cleanUndoDatabases(session: WorkSession): Promise<number> {
  const { worker, configuration } = session;
  const keep = worker.configuration.limits.undo_keep ?? Number(configuration?.settings.undo_keep ?? DEFAULT_KEEP);
  const dropped: UndoDatabase[] = [];
  for (const group of undoByTarget(await readUndoList(worker))) {
    if (group.length > keep) dropped.push(...(await cleanTarget(session, group, keep)));
  }
  await forgetInCatalog(session, dropped);
  return dropped.length;
}

async function cleanTarget(
  session: WorkSession,
  group: readonly UndoDatabase[],
  keep: number,
): Promise<UndoDatabase[]> {
  const { worker, reporter } = session;
  const [first] = group;
  if (first === undefined) return [];
  const notice = `undo-${first.instance_id}-${first.oid}`;
  const dropped: UndoDatabase[] = [];
  try {
    await withTarget(session, first, async (c) => {
      const present = await c.rows<{ name: string; oid: number }>(
        'select datname as name, oid::int8 as oid from pg_database',
      );
      const plan = planUndoCleaning(group, present, keep);
      for (const database of plan.forget) await forgetUndoDatabase(worker, database);
      for (const database of plan.drop) {
        await dropDatabase(c, database);
        faultPoint('undo.dropped');
        await forgetUndoDatabase(worker, database);
        dropped.push(database);
        reporter.log({ level: 'info', text: `dropped the replaced database "${database.name}"` });
      }
    });
    await worker.notices.end(notice);
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
    if (error.code !== 'busy' && (await worker.notices.begin(notice))) {
      const text = `replaced databases of "${first.target}" on ${first.instance.name} cannot be dropped: ${errorText(error)}`;
      await reporter.report('warning', text, { job_class: 'clean' });
    }
  }
  return dropped;
}

/** While no restore and no undo works on the target. */
async function withTarget(
  { worker }: WorkSession,
  { instance, target }: UndoDatabase,
  work: (c: Connection) => Promise<void>,
): Promise<void> {
  const c = await connect(instanceConnection(instance, null, worker.sources), {
    applicationName: 'pgsnapman cleaning',
    session: SESSION,
  });
  try {
    await lockTarget(c, target, instance.name);
    await work(c);
  } finally {
    await c.close();
  }
}

/** With the catalog away it shows them for longer; an undo says that they are gone. */
async function forgetInCatalog(session: WorkSession, dropped: readonly UndoDatabase[]): Promise<void> {
  if (dropped.length === 0) return;
  const catalog = await connectToCatalog(session).catch(() => null);
  if (catalog === null) return;
  try {
    const { forgetUndoOf } = await import('../../sql/catalog/restore-runs.ts');
    for (const { instance_id, oid } of dropped) await forgetUndoOf(catalog, instance_id, oid);
  } catch (error) {
    if (!(error instanceof PgSnapManError)) throw error;
  } finally {
    await catalog.close();
  }
}
