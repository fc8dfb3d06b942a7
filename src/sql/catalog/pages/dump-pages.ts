import type { DumpType } from '../../../core/model/configuration.ts';
import type { Outcome } from '../../../core/model/outcome.ts';
import type { SortKey } from './keyset.ts';
import type { ListDefinition } from './page-query.ts';

/** A dump as lists show it; everything but its log and its content. */
export interface DumpListRow {
  id: number;
  uuid: string;
  dump_job_id: number | null;
  worker_id: number | null;
  instance_id: number | null;
  worker_name: string | null;
  instance_name: string | null;
  dbname: string | null;
  dump_type: DumpType;
  trigger_kind: string;
  started_at: Date;
  ended_at: Date;
  outcome: Outcome;
  state: 'available' | 'removing' | 'lost' | null;
  raw_bytes: number | null;
  stored_bytes: number | null;
  new_bytes: number | null;
  database_bytes: number | null;
  table_count: number | null;
  row_count: number | null;
  server_version: string | null;
  tool_version: string | null;
  verified_level: number;
  verified_at: Date | null;
  verification_failed: string | null;
  keep: 'auto' | 'yes' | 'no';
  warnings: string[];
  message: string | null;
}

const id: SortKey = { sql: 'd.id', type: 'bigint', descending: true };
const started: SortKey = { sql: 'd.started_at', type: 'timestamptz', descending: true };

export const dumpPages: ListDefinition = {
  from: 'pgsnapman.dump as d',
  columns: `d.id, d.uuid, d.dump_job_id, d.worker_id, d.instance_id, d.worker_name, d.instance_name, d.dbname, d.dump_type,
    d.trigger_kind, d.started_at, d.ended_at, d.outcome, d.state, d.raw_bytes, d.stored_bytes, d.new_bytes, d.database_bytes,
    d.table_count, d.row_count, d.server_version, d.tool_version, d.verified_level, d.verified_at, d.verification_failed,
    d.keep, d.warnings, d.message`,
  id,
  search: `concat_ws(' ', d.dbname, d.instance_name, d.worker_name, d.outcome, d.state, d.dump_type, 'keep:' || d.keep, d.uuid, d.message)`,
  // Each order is that of an index.
  sorts: {
    started: [started],
    database: [{ sql: 'd.dbname', type: 'text', nullable: true }, started],
    size: [{ sql: 'd.raw_bytes', type: 'bigint', descending: true, nullable: true }],
    stored: [{ sql: 'd.stored_bytes', type: 'bigint', descending: true, nullable: true }],
    outcome: [{ sql: 'd.outcome', type: 'text' }, started],
    verified: [{ sql: 'd.verified_level', type: 'smallint' }, started],
  },
  scopes: {
    instance: 'd.instance_id = ?',
    worker: 'd.worker_id = ?',
    job: 'd.dump_job_id = ?',
    database: 'd.dbname = ?',
    outcome: 'd.outcome = ?',
    failed: `d.outcome in ('failed', 'stalled') = ?`,
  },
};
