import type { LockRoom } from '../../core/dump/lock-room.ts';
import type { Connection } from '../connection.ts';

/** How many locks the server has room for, and how many tables the current database has. Waits for no lock. */
export async function readLockRoom(c: Connection): Promise<LockRoom | null> {
  const row = await c.row<LockRoom>(`
    select current_setting('max_locks_per_transaction')::int as "locksPerTransaction",
      current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int as transactions,
      (select count(*)::int from pg_class as t join pg_namespace as n on n.oid = t.relnamespace
        where t.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') as tables`);
  return row ?? null;
}
