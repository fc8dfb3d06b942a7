/** What decides how many tables a server lets one dump lock. */
export interface LockRoom {
  /** Its setting max_locks_per_transaction. */
  locksPerTransaction: number;
  /** Its settings max_connections and max_prepared_transactions, added up. */
  transactions: number;
  /** Tables of the database, those with partitions included. */
  tables: number;
}

/** Others lock something too, and a dump locks more than tables: so much more than its tables should fit. */
const SPARE = 1.1;
/** What is advised leaves room for a database that grows. */
const GROWTH = 1.5;
const STEP = 64;

/**
 * True if a dump of all tables is sure to get its locks. pg_dump locks every table at once, in a table of locks that has
 * room for max_locks_per_transaction * (max_connections + max_prepared_transactions); see PostgreSQL's documentation of
 * max_locks_per_transaction. Servers have a little more room than that.
 */
export function locksSuffice({ locksPerTransaction, transactions, tables }: LockRoom): boolean {
  return tables * SPARE <= locksPerTransaction * transactions;
}

/** What max_locks_per_transaction should be; always more than it is. */
export function advisedLocks({ locksPerTransaction, transactions, tables }: LockRoom): number {
  const needed = Math.max((tables * GROWTH) / Math.max(transactions, 1), locksPerTransaction + 1);
  return Math.ceil(needed / STEP) * STEP;
}

/** What to do about too few locks. @param room of the database that was dumped; null: not known, or of another one */
export function lockHint(room: LockRoom | null): string {
  if (room === null || locksSuffice(room)) return 'raise max_locks_per_transaction on the server (needs a restart)';
  return `set max_locks_per_transaction = ${advisedLocks(room)} on the server, and restart it: it is ${room.locksPerTransaction}, and there are ${room.tables} tables`;
}
