import type { Request, RequestKind, RequestState } from '../../core/model/request.ts';
import type { Connection } from '../connection.ts';
import { storable } from './storable.ts';

const COLUMNS = `id, uuid, worker_id, kind, arguments, plan_sha256, state, answer, requested_by, requested_at, expires_at,
  started_at, answered_at`;

export interface NewRequest {
  workerId: number;
  kind: RequestKind;
  arguments?: Record<string, unknown>;
  /** Hash of the plan that somebody confirmed. */
  planSha256?: string;
}

/** Asks a worker for something; it answers at its next tick, its daemon within a second. */
export async function addRequest(c: Connection, request: NewRequest): Promise<Request> {
  const row = await c.row<Request>(
    `insert into pgsnapman.request (worker_id, kind, arguments, plan_sha256) values ($1, $2, $3, $4) returning ${COLUMNS}`,
    [request.workerId, request.kind, JSON.stringify(request.arguments ?? {}), request.planSha256 ?? null],
  );
  if (row === undefined) throw new Error('the request was not written');
  return row;
}

/** Undefined: it is gone. */
export function readRequest(c: Connection, id: number): Promise<Request | undefined> {
  return c.row(`select ${COLUMNS} from pgsnapman.request where id = $1`, [id]);
}

/** Takes a request back that nobody has begun with; false: somebody has. */
export async function withdrawRequest(c: Connection, id: number): Promise<boolean> {
  return (await c.execute(`delete from pgsnapman.request where id = $1 and state = 'waiting'`, [id])) > 0;
}

/** What is asked of this worker and not answered, in the order of asking; what has expired is closed first. */
export async function openRequests(c: Connection, workerId: number): Promise<Request[]> {
  await c.execute(
    `update pgsnapman.request set state = 'expired', answered_at = now(),
      answer = '{"code": "run_failed", "message": "nobody answered in time", "hint": "ask again"}'
    where worker_id = $1 and state = 'waiting' and expires_at <= now()`,
    [workerId],
  );
  return c.rows(
    `select ${COLUMNS} from pgsnapman.request
    where worker_id = $1 and state in ('waiting', 'running') order by id`,
    [workerId],
  );
}

/** Begins with a request; false: it has expired, was taken back, or somebody has it. */
export async function beginRequest(c: Connection, id: number): Promise<boolean> {
  return (
    (await c.execute(
      `update pgsnapman.request set state = 'running', started_at = now()
      where id = $1 and state = 'waiting' and expires_at > now()`,
      [id],
    )) > 0
  );
}

/** Writes the answer of a request that was begun. Twice changes nothing. */
export async function answerRequest(
  c: Connection,
  id: number,
  state: Exclude<RequestState, 'waiting' | 'running'>,
  answer: unknown,
): Promise<void> {
  await c.execute(
    `update pgsnapman.request set state = $2, answer = $3, answered_at = now() where id = $1 and state = 'running'`,
    [id, state, JSON.stringify(storable(answer) ?? null)],
  );
}
