import { errorText } from '../../core/errors.ts';
import { decideHealing, decideReplaced, type Journal } from '../../core/restore/journal.ts';
import type { Connection } from '../../sql/connection.ts';
import { giveNameBack } from './replaced-database.ts';
import { dropDatabase, dropStaging, endSessions } from './staging-database.ts';

const LOCK_TIMEOUT_MS = 60_000;

export type Settled = 'finished' | 'dropped' | 'nothing' | 'not ours any more';

/**
 * Brings the target of a run that ended early to rest: drops the staging database, or finds that it has got the target's
 * name already. The database that it was to replace gets its name back, or is dropped if it has been replaced. Takes back
 * what was granted for the time of the run.
 * @throws PgSnapManError when the target cannot be reached or refuses; then it may be called again later
 */
export async function settleTarget(
  c: Connection,
  journal: Journal,
  connectTo: (dbname: string | null) => Promise<Connection>,
  log: (line: string) => void,
): Promise<Settled> {
  if (journal.transaction !== null && (await isCommitted(c, journal.transaction))) {
    await giveBack(c, journal.give_back, log);
    return 'finished';
  }
  const databases = await c.rows<{ name: string; oid: number }>(
    'select datname as name, oid::int8 as oid from pg_database',
  );
  const healing = decideHealing(journal, databases);
  if (healing.action === 'drop') {
    // a session that is just connecting cannot be ended, and may stand still; then it is tried again later
    await c.script(`set lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
    await endSessions(c, healing.oid);
    await dropStaging(c, { oid: healing.oid, name: journal.staging }, connectTo);
    log(`dropped staging database "${journal.staging}"`);
  }
  await settleReplaced(c, journal, databases, { finished: healing.action === 'finished', connectTo, log });
  await giveBack(c, journal.give_back, log);
  if (healing.action === 'finished') return 'finished';
  if (healing.action === 'drop') return 'dropped';
  return healing.reason === 'no database' ? 'nothing' : 'not ours any more';
}

/** The session that had it has ended, so that it is one or the other. */
async function isCommitted(c: Connection, transaction: string): Promise<boolean> {
  const found = await c.row<{ status: string | null }>('select txid_status($1::int8) as status', [transaction]);
  return found?.status === 'committed';
}

async function settleReplaced(
  c: Connection,
  journal: Journal,
  databases: readonly { name: string; oid: number }[],
  { finished, connectTo, log }: SettleOptions,
): Promise<void> {
  const { replaced, target } = journal;
  const healing = decideReplaced(journal, databases, finished);
  if (replaced === null || healing.action === 'nothing') return;
  const old = { oid: replaced.oid, name: replaced.kept_as };
  if (healing.action === 'give back') {
    await giveNameBack(c, { ...old, target }, () => connectTo(null));
    log(`database "${target}" has its name again`);
  } else {
    await dropDatabase(c, old);
    log('dropped the replaced database');
  }
}

interface SettleOptions {
  finished: boolean;
  connectTo: (dbname: string | null) => Promise<Connection>;
  log: (line: string) => void;
}

/** Revokes memberships that were granted for the time of the run; one that is gone already is fine. */
export async function giveBack(
  c: Connection,
  statements: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  for (const sql of statements) await c.script(sql).catch((error) => log(`not done: ${sql}: ${errorText(error)}`));
}

/** Which of the roles that the run wanted to create are there now; they were not when it began. */
export async function createdRoles(c: Connection, roles: readonly string[]): Promise<string[]> {
  if (roles.length === 0) return [];
  const found = await c.rows<{ name: string }>(
    'select rolname as name from pg_roles where rolname = any($1) order by 1',
    [roles],
  );
  return found.map(({ name }) => name);
}
