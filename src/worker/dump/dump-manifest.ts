import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { ManifestDraft } from '../repository/repository.ts';
import type { RunContext } from '../run/run-context.ts';
import { type DumpTask, later } from './dump-result.ts';

export interface FinishedDump {
  startedAt: Date;
  outcome: Outcome;
  warnings: string[];
  server: DatabaseFacts['server'];
  databaseBytes: number;
  /** Tables with data, and their rows. */
  tables: number;
  rows: number;
  toolVersion: string;
}

/** The manifest of a dump that is complete, but for what the repository works out itself. */
export function manifestDraft(task: DumpTask, context: RunContext, dump: FinishedDump): ManifestDraft {
  const { job, instance } = task;
  return {
    uuid: task.uuid,
    worker: context.worker,
    job: { id: job.id },
    instance: { id: instance.id, name: instance.name, host: instance.host, port: instance.port },
    dbname: job.dbname,
    dump_type: job.dump_type,
    schemas: job.schemas,
    tables: job.tables,
    options: job.options,
    trigger_kind: task.triggerKind,
    due_at: task.dueAt,
    started_at: dump.startedAt,
    ended_at: later(context.now(), dump.startedAt),
    outcome: dump.outcome,
    warnings: dump.warnings,
    server_version: dump.server.version,
    server_version_num: dump.server.version_num,
    tool_version: dump.toolVersion,
    pgsnapman_version: context.version,
    trusted: instance.trusted,
    database_bytes: dump.databaseBytes,
    table_count: dump.tables,
    row_count: dump.rows,
  };
}
