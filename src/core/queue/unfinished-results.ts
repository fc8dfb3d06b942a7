import { isGood, type Outcome } from '../model/outcome.ts';
import type { DumpResult, RestoreResult } from '../model/results.ts';
import type { DumpEntry, RestoreEntry } from './queue-entry.ts';

/** How a run ended that cannot say so itself: its process died, or it never came to start. */
export interface Ending {
  outcome: Outcome;
  /** Why it failed; null with a good outcome. */
  message: string | null;
  warnings: string[];
  startedAt: Date;
  endedAt: Date;
  worker: { id: number | null; name: string };
  version: string;
}

/** What a dump was to be. */
type AskedDump = Pick<DumpEntry, 'uuid' | 'job' | 'instance' | 'due_at'> & Pick<DumpResult, 'trigger_kind'>;

/** The result of a dump of which nothing is known but how it ended. */
export function dumpResultOf(entry: AskedDump, ending: Ending): DumpResult {
  const { job, instance } = entry;
  return {
    uuid: entry.uuid,
    dump_job_id: job.id,
    worker_id: ending.worker.id,
    instance_id: instance.id,
    worker_name: ending.worker.name,
    instance_name: instance.name,
    instance_host: instance.host,
    instance_port: instance.port,
    dbname: job.dbname,
    dump_type: job.dump_type,
    schemas: job.schemas,
    tables: job.tables,
    options: job.options,
    trigger_kind: entry.trigger_kind,
    due_at: entry.due_at,
    started_at: ending.startedAt,
    ended_at: ending.endedAt,
    outcome: ending.outcome,
    raw_bytes: null,
    stored_bytes: null,
    new_bytes: null,
    database_bytes: null,
    table_count: null,
    row_count: null,
    server_version: null,
    tool_version: null,
    pgsnapman_version: ending.version,
    manifest_sha256: null,
    verified_level: 0,
    warnings: ending.warnings,
    message: ending.message,
    error_code: isGood(ending.outcome) ? null : 'run_failed',
    log_tail: null,
    content: null,
  };
}

/** The same for a restore. */
export function restoreResultOf(entry: RestoreEntry, ending: Ending): RestoreResult {
  return {
    uuid: entry.uuid,
    restore_job_id: entry.job.id,
    dump_uuid: entry.dump_uuid,
    worker_id: ending.worker.id,
    dest_instance_id: entry.destination.id,
    worker_name: ending.worker.name,
    dest_instance_name: entry.destination.name,
    dest_dbname: entry.job.dest_dbname,
    trigger_kind: entry.trigger_kind,
    due_at: entry.due_at,
    started_at: ending.startedAt,
    ended_at: ending.endedAt,
    outcome: ending.outcome,
    table_count: null,
    row_count: null,
    undo_dbname: null,
    undo_oid: null,
    tool_version: null,
    pgsnapman_version: ending.version,
    warnings: ending.warnings,
    message: ending.message,
    error_code: isGood(ending.outcome) ? null : 'run_failed',
    log_tail: null,
  };
}
