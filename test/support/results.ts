import { randomUUID } from 'node:crypto';
import type { DumpResult, Message, RestoreResult } from '../../src/core/model/results.ts';

/** Results as a worker makes them, for tests; everything can be said otherwise. */
export function dumpResult(changes: Partial<DumpResult> = {}): DumpResult {
  return {
    uuid: randomUUID(),
    dump_job_id: null,
    worker_id: null,
    instance_id: null,
    worker_name: 'w1',
    instance_name: 'db1',
    instance_host: 'db1',
    instance_port: 5432,
    dbname: 'shop',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
    trigger_kind: 'schedule',
    due_at: new Date('2026-01-31T03:00:00Z'),
    started_at: new Date('2026-01-31T03:00:01.234Z'),
    ended_at: new Date('2026-01-31T03:10:00Z'),
    outcome: 'ok',
    raw_bytes: 5_000_000_000,
    stored_bytes: 1_000_000_000,
    new_bytes: 70_000_000,
    database_bytes: 7_000_000_000,
    table_count: 12,
    row_count: 3_000_000_000,
    server_version: '15.18',
    tool_version: '15.18',
    pgsnapman_version: '0.1.0',
    manifest_sha256: 'ab'.repeat(32),
    verified_level: 1,
    warnings: [],
    message: null,
    error_code: null,
    log_tail: 'pg_dump: done',
    content: {
      schemas: ['public'],
      tables: [{ schema: 'public', name: 'Order "Lines"', rows: 3, bytes: 100 }],
      extensions: [],
      roles: ['alice'],
      large_objects: 0,
    },
    ...changes,
  };
}

export function restoreResult(changes: Partial<RestoreResult> = {}): RestoreResult {
  return {
    uuid: randomUUID(),
    restore_job_id: null,
    dump_uuid: null,
    worker_id: null,
    dest_instance_id: null,
    worker_name: 'w1',
    dest_instance_name: 'db2',
    dest_dbname: 'shop2',
    trigger_kind: 'single',
    due_at: null,
    started_at: new Date('2026-01-31T04:00:00Z'),
    ended_at: new Date('2026-01-31T04:10:00Z'),
    outcome: 'ok',
    table_count: 12,
    row_count: 100,
    undo_dbname: null,
    undo_oid: null,
    tool_version: '15.18',
    pgsnapman_version: '0.1.0',
    warnings: [],
    message: null,
    error_code: null,
    log_tail: 'pg_restore: done',
    ...changes,
  };
}

export function message(changes: Partial<Message> = {}): Message {
  return {
    uuid: randomUUID(),
    level: 'info',
    tool: 'pgsnapman',
    logged_at: new Date('2026-01-31T04:00:00Z'),
    text: 'something happened',
    job_class: null,
    job_id: null,
    worker_id: null,
    worker_name: 'w1',
    ...changes,
  };
}
