import { PgSnapManError } from '../../core/errors.ts';
import { quoteIdentifier } from '../../core/postgres/identifiers.ts';
import { openForUsOnly } from '../../core/restore/database-sql.ts';
import { type Connection, sqlStateOf } from '../../sql/connection.ts';

/** `drop database … with (force)` ends sessions itself from this version on. */
const FORCE_SINCE = 130_000;
const INSUFFICIENT_PRIVILEGE = '42501';
const INVALID_LOCALE_STATES = ['42809', '22023', '0A000'];

async function databaseOid(c: Connection, name: string): Promise<number | null> {
  const found = await c.row<{ oid: number }>('select oid::int8 as oid from pg_database where datname = $1', [name]);
  return found?.oid ?? null;
}

/** Creates the staging database, closed to everybody but us and superusers; returns its OID. @throws PgSnapManError */
export async function createStaging(c: Connection, name: string, createSql: string): Promise<number> {
  try {
    await c.script(createSql);
  } catch (error) {
    if (!(error instanceof PgSnapManError) || !INVALID_LOCALE_STATES.includes(sqlStateOf(error) ?? '')) throw error;
    throw new PgSnapManError(
      'run_failed',
      `the target cannot have a database with the source's encoding and locale: ${error.message}`,
      'install this locale on the target, and restart its server',
      { cause: error },
    );
  }
  const oid = await databaseOid(c, name);
  if (oid === null)
    throw new PgSnapManError('run_failed', `staging database "${name}" vanished right after its creation`);
  for (const sql of openForUsOnly(name)) await c.script(sql);
  return oid;
}

/** Ends all sessions in a database, as far as we may. */
export async function endSessions(c: Connection, oid: number): Promise<void> {
  // within a transaction the statistics would stand still
  await c.rows('select pg_stat_clear_snapshot()');
  const all = 'select pg_terminate_backend(pid) from pg_stat_activity where datid = $1 and pid <> pg_backend_pid()';
  const done = await c.rows(all, [oid]).catch((error) => {
    if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    return null;
  });
  if (done === null) await endSessionsOneByOne(c, oid);
}

/** One that we may not end must not keep us from ending the others. */
async function endSessionsOneByOne(c: Connection, oid: number): Promise<void> {
  const others = await c.rows<{ pid: number }>(
    'select pid from pg_stat_activity where datid = $1 and pid <> pg_backend_pid()',
    [oid],
  );
  for (const { pid } of others) await c.rows('select pg_terminate_backend($1)', [pid]).catch(() => []);
}

/**
 * Drops a staging database, if the database of that OID still has that name. Subscriptions in it would block that: they
 * are removed first, without touching the publisher.
 * @param connectTo opens a session in a database of the instance
 * @throws PgSnapManError
 */
export async function dropStaging(
  c: Connection,
  { oid, name }: { oid: number; name: string },
  connectTo: (dbname: string) => Promise<Connection>,
): Promise<void> {
  if ((await databaseOid(c, name)) !== oid) return;
  const database = quoteIdentifier(name);
  const subscriptions = await c.row<{ some: boolean }>(
    'select exists (select from pg_subscription where subdbid = $1) as some',
    [oid],
  );
  if (subscriptions?.some === true) {
    await c.script(`alter database ${database} with allow_connections true`);
    const inside = await connectTo(name);
    await dropSubscriptions(inside).finally(() => inside.close());
  }
  await dropDatabase(c, { oid, name });
}

/** Drops the database of that OID, if it still has that name, with all sessions in it. @throws PgSnapManError */
export async function dropDatabase(c: Connection, { oid, name }: { oid: number; name: string }): Promise<void> {
  if ((await databaseOid(c, name)) !== oid) return;
  const database = quoteIdentifier(name);
  if (c.serverVersionNum < FORCE_SINCE) {
    await c.script(`alter database ${database} with allow_connections false`);
    await endSessions(c, oid);
  }
  await c.script(`drop database ${database}${c.serverVersionNum < FORCE_SINCE ? '' : ' with (force)'}`);
}

async function dropSubscriptions(c: Connection): Promise<void> {
  const found = await c.rows<{ name: string }>(
    'select subname as name from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())',
  );
  for (const { name } of found) {
    const subscription = quoteIdentifier(name);
    await c.script(`alter subscription ${subscription} disable`);
    await c.script(`alter subscription ${subscription} set (slot_name = none)`);
    await c.script(`drop subscription ${subscription}`);
  }
}
