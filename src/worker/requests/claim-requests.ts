import { rm } from 'node:fs/promises';
import type { Request } from '../../core/model/request.ts';
import { answerRequest, beginRequest, openRequests } from '../../sql/catalog/requests.ts';
import type { Connection } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { type Lock, tryLock } from '../lock/lock.ts';
import type { WorkSession } from '../run/work-session.ts';
import { lockPath } from '../worker-setup.ts';

/** A request that this process answers, with the lock that shows that somebody is at it. */
export interface ClaimedRequest {
  request: Request;
  release(): Promise<void>;
}

/** Each is answered over a connection of its own; more would use up those that the catalog's server has. */
const MOST_AT_A_TIME = 20;

/**
 * Takes what is asked of this worker; the caller holds the tick lock. A request that is being answered by nobody was
 * begun by a process that died: it is taken again, unless it has expired. What is too much for now
 * is left to the next tick.
 */
export async function claimRequests(session: WorkSession, catalog: Connection): Promise<ClaimedRequest[]> {
  const { workerId } = session.reporter;
  if (workerId === null) return [];
  const claimed: ClaimedRequest[] = [];
  try {
    for (const request of await openRequests(catalog, workerId)) {
      if (claimed.length === MOST_AT_A_TIME) break;
      const path = lockPath(session.worker, `request-${request.id}`);
      const lock = tryLock(path);
      if (lock === null) continue;
      const release = (): Promise<void> => releaseFor(lock, path);
      claimed.push({ request, release });
      if (!(await take(session, catalog, request))) await claimed.pop()?.release();
    }
    return claimed;
  } catch (error) {
    for (const { release } of claimed) await release();
    throw error;
  }
}

async function take(session: WorkSession, catalog: Connection, request: Request): Promise<boolean> {
  if (request.state === 'waiting') {
    if (!(await beginRequest(catalog, request.id))) return false;
    faultPoint('request.begun');
    return true;
  }
  if (request.expires_at > session.worker.now()) return true;
  const answer = { code: 'run_failed', message: 'the process that answered it was killed', hint: 'ask again' };
  await answerRequest(catalog, request.id, 'expired', answer);
  return false;
}

/** Nobody asks for the lock of a request that was answered, so its file may go. */
async function releaseFor(lock: Lock, path: string): Promise<void> {
  lock.release();
  await rm(path, { force: true });
}
