import { commandTag, type Waiting } from '../../core/dump/waiting.ts';
import type { Connection } from '../connection.ts';

/** A session of a run on the server, other than the one that asks. */
export interface Backend {
  pid: number;
  /** Active, and waiting neither for a lock nor for its client: it does something, however long that takes. */
  working: boolean;
  /** What it waits for; null: for nothing. */
  waiting: Waiting | null;
}

/** The statistics of a transaction stand still from the first look on; every look has to begin anew. */
const FORGET = 'select pg_stat_clear_snapshot()';

const BACKENDS = `
select a.pid, a.state, a.wait_event_type as wait_type, a.wait_event,
  (select format('%I.%I', n.nspname, c.relname)
    from pg_locks as l join pg_class as c on c.oid = l.relation join pg_namespace as n on n.oid = c.relnamespace
    where l.pid = a.pid and not l.granted
      and l.database in (0, (select d.oid from pg_database as d where d.datname = current_database())) limit 1) as relation,
  case when a.wait_event_type = 'Lock' then (
    select jsonb_agg(jsonb_build_object('pid', b.pid, 'user', b.usename, 'application', b.application_name,
      'state', b.state, 'query', left(b.query, 300)) order by b.pid)
    from pg_stat_activity as b where b.pid = any(pg_blocking_pids(a.pid))) end as blockers
from pg_stat_activity as a
where a.application_name = $1 and a.pid <> pg_backend_pid()
order by a.pid`;

interface Row {
  pid: number;
  state: string | null;
  wait_type: string | null;
  wait_event: string | null;
  relation: string | null;
  blockers:
    | { pid: number; user: string | null; application: string | null; state: string | null; query: string | null }[]
    | null;
}

/** Sessions of this application name, and what each waits for. Statements of others are cut down to their first word. */
export async function readBackends(c: Connection, applicationName: string): Promise<Backend[]> {
  await c.rows(FORGET);
  const rows = await c.rows<Row>(BACKENDS, [applicationName]);
  return rows.map((row) => {
    const working = row.state === 'active' && row.wait_type !== 'Lock' && row.wait_type !== 'Client';
    return { pid: row.pid, working, waiting: row.wait_type === null ? null : waitingOf(row) };
  });
}

function waitingOf(row: Row): Waiting {
  const blockers = (row.blockers ?? []).map(({ query, ...rest }) => ({ ...rest, command: commandTag(query) }));
  return { relation: row.relation, waitType: row.wait_type, waitEvent: row.wait_event, blockers };
}

/** Ends the sessions of this application name that are of our own role; returns how many were told to end. */
export async function terminateBackends(c: Connection, applicationName: string): Promise<number> {
  const rows = await c.rows<{ ended: boolean }>(
    `select pg_terminate_backend(a.pid) as ended from pg_stat_activity as a
     where a.application_name = $1 and a.pid <> pg_backend_pid() and a.usename = session_user`,
    [applicationName],
  );
  return rows.filter((row) => row.ended).length;
}
