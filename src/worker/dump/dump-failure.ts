import type { ConnectionSettings } from '../../core/connection/connection-settings.ts';
import { explainDumpFailure, isPassingFailure } from '../../core/dump/dump-error.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import type { ChildResult } from '../process/run-child.ts';
import type { RunContext } from '../run/run-context.ts';
import type { DumpSession } from './dump-session.ts';

/** What a failure of pg_dump or pg_dumpall is explained with. */
export interface FailedDump {
  context: RunContext;
  session: DumpSession;
  settings: ConnectionSettings;
  tools: ToolSet;
}

/**
 * The error for a pg_dump or pg_dumpall that ended badly. Tells the run when the reason may pass by itself.
 * @param waiting what it was last seen waiting for; null: for nothing
 */
export async function dumpFailure(
  { context, session, settings, tools }: FailedDump,
  child: ChildResult,
  waiting: string | null,
): Promise<PgSnapManError> {
  const lines = child.stderrTail;
  if (isPassingFailure({ ...child, lines })) context.onPassing?.();
  const { message, hint } = explainDumpFailure({
    ...child,
    lines,
    user: settings.user,
    serverVersionNum: session.serverVersionNum,
    toolVersion: tools.version.text,
    waiting,
    lockRoom: await session.lockRoom(),
  });
  return new PgSnapManError('run_failed', message, hint);
}
