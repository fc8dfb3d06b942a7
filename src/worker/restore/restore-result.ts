import { errorCode, errorText, PgSnapManError } from '../../core/errors.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import type { ExpectedContent } from '../../core/restore/expected-content.ts';
import type { Journal } from '../../core/restore/journal.ts';
import { undoOf } from '../../core/restore/journal.ts';
import { ConnectionError } from '../../sql/connection.ts';
import type { RestoreRun } from './restore-run.ts';
import { RunStopped, type StopReason } from './run-stop.ts';

type Ending = Pick<
  RestoreResult,
  'outcome' | 'message' | 'error_code' | 'table_count' | 'row_count' | 'tool_version' | 'undo_dbname' | 'undo_oid'
>;

/** The result of a restore that brought everything. */
export function goodResult(
  run: RestoreRun,
  startedAt: Date,
  { tables, rows }: ExpectedContent,
  toolVersion: string,
  journal: Journal,
): RestoreResult {
  return result(run, startedAt, {
    outcome: run.warnings.length === 0 ? 'ok' : 'ok_with_warnings',
    message: null,
    error_code: null,
    table_count: tables.length,
    row_count: rows,
    ...undoOf(journal),
    tool_version: toolVersion,
  });
}

/** The result of a restore of a whole cluster, which replaces nothing. */
export function clusterResult(
  run: RestoreRun,
  startedAt: Date,
  { tables, rows }: { tables: number; rows: number },
  toolVersion: string,
): RestoreResult {
  return result(run, startedAt, {
    outcome: run.warnings.length === 0 ? 'ok' : 'ok_with_warnings',
    message: null,
    error_code: null,
    table_count: tables,
    row_count: rows,
    undo_dbname: null,
    undo_oid: null,
    tool_version: toolVersion,
  });
}

/** The result of a restore that ended early, with the reason as `sentence; hint`. */
export function failedResult(
  run: RestoreRun,
  startedAt: Date,
  error: unknown,
  toolVersion: string | null,
): RestoreResult {
  const { outcome, sentence, hint } = reasonOf(run, error);
  const message = hint === null ? sentence : `${sentence}; ${hint}`;
  run.log(`${outcome}: ${message}`);
  return result(run, startedAt, {
    outcome,
    message,
    error_code: errorCode(error),
    table_count: null,
    row_count: null,
    undo_dbname: null,
    undo_oid: null,
    tool_version: toolVersion,
  });
}

/** What stopped a run from outside also breaks its connections; then the first cause is the reason. */
function reasonOf({ stop }: RestoreRun, error: unknown): StopReason {
  if (stop.reason !== null && (error instanceof RunStopped || error instanceof ConnectionError)) return stop.reason;
  const hint = error instanceof PgSnapManError ? (error.hint ?? null) : null;
  return { outcome: 'failed', sentence: errorText(error), hint };
}

function result(run: RestoreRun, startedAt: Date, ending: Ending): RestoreResult {
  const { task, context } = run;
  const endedAt = context.now();
  return {
    uuid: task.uuid,
    restore_job_id: task.job.id,
    dump_uuid: task.dumpUuid,
    worker_id: context.worker.id,
    dest_instance_id: task.destination.id,
    worker_name: context.worker.name,
    dest_instance_name: task.destination.name,
    dest_dbname: task.job.dest_dbname,
    trigger_kind: task.triggerKind,
    due_at: task.dueAt,
    started_at: startedAt,
    ended_at: endedAt < startedAt ? startedAt : endedAt,
    pgsnapman_version: context.version,
    warnings: run.warnings,
    log_tail: run.logTail,
    ...ending,
  };
}
