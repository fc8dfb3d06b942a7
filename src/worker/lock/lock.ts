import { closeSync, existsSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { PgSnapManError } from '../../core/errors.ts';
import { loadDatabaseSync } from './sqlite.ts';

/** A lock that is held until `release`, or until the process ends in whatever way: the kernel drops it then. */
export interface Lock {
  release(): void;
}

const SQLITE_BUSY = 5;
/** Two processes that ask at the same moment can refuse each other; SQLite tries again for this long. */
const BUSY_TIMEOUT_MS = 20;

/**
 * Takes the lock at `path` (a file that is made if need be, and stays), or says null if somebody has it: another process,
 * or this one. It is an exclusive transaction of SQLite that never writes: Node has no flock, a process id says nothing
 * between containers that share a volume, and an age says nothing at all.
 *
 * The file must never be opened by anything else: closing any handle on it drops the locks of the whole process (POSIX).
 */
export function tryLock(path: string): Lock | null {
  // What this process holds needs no asking, which would wait for as long as another process gets a chance.
  if (heldHere.has(path)) return null;
  createPrivately(path);
  const database = new (loadDatabaseSync())(path);
  try {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma journal_mode = memory; begin exclusive`);
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return heldBy(database, path);
}

/** Paths of the locks that this process holds. */
const heldHere = new Set<string>();

/** True if this process holds the lock; costs nothing to ask. */
export function isHeldHere(path: string): boolean {
  return heldHere.has(path);
}

/** @throws PgSnapManError busy when somebody else has had the lock for all of `timeoutMs` */
export async function waitForLock(path: string, timeoutMs: number): Promise<Lock> {
  const first = tryLock(path);
  if (first !== null) return first;
  // Only now: Node loads its clock for this when it is first asked.
  const end = performance.now() + timeoutMs;
  for (;;) {
    const lock = tryLock(path);
    if (lock !== null) return lock;
    if (performance.now() >= end)
      throw new PgSnapManError('busy', 'another pgsnapman process is busy here', `lock: ${path}`);
    await sleep(5 + Math.random() * 20);
  }
}

/** Does `work` while holding the lock at `path`. */
export async function withLock<T>(path: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const lock = await waitForLock(path, timeoutMs);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function heldBy(database: DatabaseSync, path: string): Lock {
  let held = true;
  heldHere.add(path);
  return {
    release() {
      if (!held) return;
      held = false;
      heldHere.delete(path);
      database.close();
    },
  };
}

/** Makes the file with mode 0600; one that exists is not opened (see above). */
function createPrivately(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
