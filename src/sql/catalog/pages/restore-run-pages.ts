import type { Outcome } from '../../../core/model/outcome.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A line of the restore log. */
export interface RestoreRunListRow {
  id: number;
  uuid: string;
  restore_job_id: number | null;
  dump_id: number | null;
  dump_uuid: string | null;
  dest_instance_id: number | null;
  worker_name: string | null;
  dest_instance_name: string | null;
  dest_dbname: string;
  source_dbname: string | null;
  source_instance_name: string | null;
  trigger_kind: string;
  started_at: Date;
  ended_at: Date;
  outcome: Outcome;
  table_count: number | null;
  row_count: number | null;
  undo_dbname: string | null;
  tool_version: string | null;
  warnings: string[];
  message: string | null;
}

const id: SortKey = { sql: 'u.id', type: 'bigint', descending: true };
const started: SortKey = { sql: 'u.started_at', type: 'timestamptz', descending: true };

export const restoreRunPages: ListDefinition = {
  from: 'pgsnapman.restore_run as u',
  columns: `u.id, u.uuid, u.restore_job_id, u.dump_id, u.dump_uuid, u.dest_instance_id, u.worker_name, u.dest_instance_name,
    u.dest_dbname, u.trigger_kind, u.started_at, u.ended_at, u.outcome, u.table_count, u.row_count, u.undo_dbname,
    u.tool_version, u.warnings, u.message`,
  id,
  search: `concat_ws(' ', u.dest_dbname, u.dest_instance_name, u.worker_name, u.outcome, u.trigger_kind, u.uuid, u.message)`,
  sorts: {
    started: [started],
    database: [{ sql: 'u.dest_dbname', type: 'text' }, started],
    outcome: [{ sql: 'u.outcome', type: 'text' }, started],
  },
  scopes: {
    instance: 'u.dest_instance_id = ?',
    job: 'u.restore_job_id = ?',
    dump: 'u.dump_id = ?',
    failed: `u.outcome in ('failed', 'stalled') = ?`,
  },
  perPage: {
    columns: 'source.dbname as source_dbname, source.instance_name as source_instance_name',
    joins: 'left join pgsnapman.dump as source on source.id = page.dump_id',
  },
};
