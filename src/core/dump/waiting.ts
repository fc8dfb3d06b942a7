/** A session on the server that the dump waits for. */
interface Blocker {
  pid: number;
  user: string | null;
  application: string | null;
  /** First word of its statement, nothing of its values; null: may not be seen. */
  command: string | null;
  state: string | null;
}

/** What a backend of the dump waits for. */
export interface Waiting {
  /** `schema.table` of the lock it waits for, quoted; null: some other lock or wait. */
  relation: string | null;
  /** Kind and name of the wait as pg_stat_activity says, such as `Lock` and `relation`. */
  waitType: string | null;
  waitEvent: string | null;
  blockers: Blocker[];
}

/** What several sessions wait for: a wait for a lock says most, then any other that is not for us. Null: for nothing. */
export function describeWaits(waits: readonly (Waiting | null)[]): string | null {
  const known = waits.filter((waiting) => waiting !== null);
  const telling =
    known.find(({ waitType }) => waitType === 'Lock') ??
    known.find(({ waitType }) => waitType !== 'Client') ??
    known[0];
  return telling === undefined ? null : describeWaiting(telling);
}

/** `for a lock on "public"."t", held by process 42 (user "joe", application "psql", lock, idle in transaction)` */
function describeWaiting(waiting: Waiting): string {
  if (waiting.waitType === 'Lock') {
    const on = waiting.relation === null ? 'for a lock' : `for a lock on ${waiting.relation}`;
    return waiting.blockers.length === 0 ? on : `${on}, held by ${waiting.blockers.map(describeBlocker).join(', ')}`;
  }
  if (waiting.waitType === 'Client') return 'for the connection to the worker';
  return waiting.waitType === null ? 'for nothing that can be seen' : `for ${waiting.waitType}/${waiting.waitEvent}`;
}

function describeBlocker({ pid, user, application, command, state }: Blocker): string {
  const details = [
    user === null ? null : `user ${JSON.stringify(user)}`,
    application ? `application ${JSON.stringify(application)}` : null,
    command,
    state,
  ].filter((part) => part !== null);
  return `process ${pid}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

/** The first word of a statement, in lower case: what somebody does, without values. */
export function commandTag(query: string | null): string | null {
  const word = /^\s*(?:(?:--[^\n]*\n|\/\*.*?\*\/)\s*)*([a-z]{2,20})\b/is.exec(query ?? '')?.[1];
  return word === undefined ? null : word.toLowerCase();
}
