import type { DumpResult } from '../../core/model/results.ts';

/** A row of pgsnapman.dump without its log, which may be long and is read with one dump only. */
export interface DumpRow extends Omit<DumpResult, 'content' | 'log_tail' | 'pgsnapman_version'> {
  id: number;
  pgsnapman_version: string | null;
  state: 'available' | 'removing' | 'lost' | null;
  verified_at: Date | null;
  verified_with: string | null;
  verification_failed: string | null;
  verification_failed_at: Date | null;
  keep: 'auto' | 'yes' | 'no';
  created_at: Date;
}

export const DUMP_COLUMNS = [
  'id uuid dump_job_id worker_id instance_id worker_name instance_name instance_host instance_port dbname dump_type',
  'schemas tables options trigger_kind due_at started_at ended_at outcome state raw_bytes stored_bytes new_bytes',
  'database_bytes table_count row_count server_version tool_version pgsnapman_version manifest_sha256 verified_level',
  'verified_at verified_with verification_failed verification_failed_at keep warnings message error_code created_at',
]
  .flatMap((line) => line.split(' '))
  .map((column) => `d.${column}`)
  .join(', ');
