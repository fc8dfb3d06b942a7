import type { Connection } from '../connection.ts';

/**
 * Times after which a server ends a statement or a session by itself; a dump may take longer than any of them. The first
 * comes first: a database can be set to a time that is too short for anything else.
 */
const TIMEOUTS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
const TIMEOUTS_OF_NEWER_SERVERS = ['idle_session_timeout', 'transaction_timeout'];

/**
 * Begins a read-only transaction and exports its snapshot: everything that is read in it, and by whoever imports the
 * snapshot while the transaction is open, is of the same moment. The session is kept from timing out (some of the
 * parameters exist in newer versions only).
 * @returns the identifier for `set transaction snapshot`
 */
export async function beginWithSnapshot(c: Connection): Promise<string> {
  await c.script(TIMEOUTS.map((name) => `set ${name} = 0`).join('; '));
  await c.rows(`select set_config(name, '0', false) from pg_settings where name = any($1)`, [
    TIMEOUTS_OF_NEWER_SERVERS,
  ]);
  const server = await c.row<{ encoding: string }>(`select current_setting('server_encoding') as encoding`);
  // There any bytes can be in a name, and a conversion to UTF-8 would refuse some of them.
  if (server?.encoding === 'SQL_ASCII') await c.script(`set client_encoding = 'SQL_ASCII'`);
  await c.script('begin isolation level repeatable read read only');
  const row = await c.row<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
  return row?.snapshot ?? '';
}
