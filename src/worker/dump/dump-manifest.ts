import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { ManifestDraft } from '../repository/repository.ts';
import type { RunContext } from '../run/run-context.ts';
import { type DumpTask, later } from './dump-result.ts';

export interface FinishedDump {
  startedAt: Date;
  outcome: Outcome;
  warnings: string[];
  facts: DatabaseFacts;
  stored: readonly StoredFile[];
  toolVersion: string;
}

/** The manifest of a dump that is complete, but for what the repository works out itself. */
export function manifestDraft(task: DumpTask, context: RunContext, dump: FinishedDump): ManifestDraft {
  const { job, instance } = task;
  const tables = dump.stored.filter((file) => file.role === 'table_data');
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
    server_version: dump.facts.server.version,
    server_version_num: dump.facts.server.version_num,
    tool_version: dump.toolVersion,
    pgsnapman_version: context.version,
    trusted: instance.trusted,
    database_bytes: dump.facts.database.size_bytes,
    table_count: tables.length,
    row_count: tables.reduce((sum, file) => sum + (file.rows ?? 0), 0),
  };
}
