import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, tryLock } from '../lock/lock.ts';

/**
 * A lease says: somebody is reading or writing; do not remove what was there when it began, nor what it writes.
 * It is a locked file named for its id; the names of a writer's packs begin with the id. Alive means locked.
 */
export interface Lease {
  /** 12 hexadecimal digits. */
  id: string;
  release(): void;
}

const LEASE_NAME = /^[0-9a-f]{12}$/;

export function takeLease(directory: string): Lease {
  for (;;) {
    const id = randomBytes(6).toString('hex');
    const path = join(directory, id);
    if (existsSync(path)) continue;
    const lock = tryLock(path);
    // Whoever cleans may have taken a lease that was just being made for a dead one, and removed it.
    if (lock !== null && existsSync(path)) return { id, release: () => giveBack(path, lock) };
    lock?.release();
  }
}

function giveBack(path: string, lock: Lock): void {
  rmSync(path, { force: true });
  lock.release();
}

/** Ids of all leases that are alive; the files of dead ones are removed. */
export function liveLeases(directory: string): Set<string> {
  const alive = new Set<string>();
  for (const id of readdirSync(directory).filter((name) => LEASE_NAME.test(name))) {
    const path = join(directory, id);
    const lock = tryLock(path);
    if (lock === null) alive.add(id);
    else giveBack(path, lock);
  }
  return alive;
}
