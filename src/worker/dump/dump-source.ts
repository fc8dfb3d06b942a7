import { type ConnectionSettings, instanceConnection } from '../../core/connection/connection-settings.ts';
import { applicationNameOf } from '../../core/dump/dump-command.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { parseQualifiedName } from '../../core/postgres/identifiers.ts';
import { isServerAway } from '../../sql/connection-error.ts';
import type { RunContext } from '../run/run-context.ts';
import type { DumpTask } from './dump-result.ts';
import { DumpSession } from './dump-session.ts';
import { cancelled, withinLimits } from './stopped.ts';

const OLDEST_SERVER = 120_000;

export interface ReadFacts {
  snapshot: string;
  facts: DatabaseFacts;
  /** Exact tables of a job that names some, with their partitions. */
  tables: readonly { schema: string; name: string }[];
}

/** @throws ConnectionError, StoppedRun */
export async function openSession(
  task: DumpTask,
  context: RunContext,
): Promise<{ session: DumpSession; settings: ConnectionSettings }> {
  const settings = instanceConnection(task.instance, task.job.dbname, context.sources);
  if (context.signal.aborted) throw cancelled();
  const session = await DumpSession.open(settings, applicationNameOf(task.uuid)).catch((error: unknown) => {
    if (isServerAway(error)) context.onPassing?.();
    throw error;
  });
  return { session, settings };
}

/** @throws PgSnapManError run_failed */
export function checkServer(session: DumpSession): void {
  if (session.serverVersionNum >= OLDEST_SERVER) return;
  const hint = 'upgrade the server, or dump it with its own pg_dump';
  throw new PgSnapManError('run_failed', `servers of version ${session.serverVersion} are too old`, hint);
}

/** Begins the transaction that pg_dump will share, and reads the facts in it. @throws StoppedRun when it takes too long */
export async function readFacts(task: DumpTask, context: RunContext, session: DumpSession): Promise<ReadFacts> {
  const read = async () => {
    const snapshot = await session.begin();
    const facts = await session.readFacts();
    const tables = await session.withPartitions(task.job.tables.map(parseQualifiedName));
    return { snapshot, facts, tables };
  };
  const limits = { signal: context.signal, timeoutMs: context.limits.stallTimeoutMs };
  return await withinLimits(read(), limits, 'for the facts about the database');
}
