import type { DumpJob, Instance, RestoreJob, Worker, WorkerConfiguration } from '../../src/core/model/configuration.ts';
import { defaultRestoreJob } from '../../src/core/model/default-restore-job.ts';
import type { DumpEntry, RestoreEntry } from '../../src/core/queue/queue-entry.ts';

/** Complete rows for tests; what a test is about it gives itself. */
const CREATED = new Date('2026-01-01T00:00:00Z');

export function sampleWorker(more: Partial<Worker> = {}): Worker {
  return {
    id: 1,
    name: 'w1',
    status: 'active',
    timezone: 'UTC',
    config_schedule: '0 * * * *',
    clean_schedule: '30 8 * * *',
    verify_schedule: '0 9 * * *',
    discovery_schedule: '15 * * * *',
    auto_add: 'off',
    restore_worker_id: null,
    max_parallel_dumps: null,
    max_parallel_restores: null,
    catch_up_ms: null,
    stall_timeout_ms: null,
    verify_percent: null,
    root_id: null,
    machine_id: null,
    last_seen_at: null,
    version: null,
    tools: null,
    comment: null,
    created_at: CREATED,
    ...more,
  };
}

export function sampleInstance(more: Partial<Instance> = {}): Instance {
  return {
    id: 1,
    name: 'db1',
    host: 'db1.example.org',
    port: 5432,
    maintenance_db: 'postgres',
    username: null,
    service: null,
    sslmode: null,
    status: 'active',
    default_worker_id: 1,
    window_start: '20:00:00',
    window_end: '06:00:00',
    auto_add: 'off',
    max_parallel: null,
    trusted: true,
    restores: 'allowed',
    environment: null,
    color: null,
    comment: null,
    created_at: CREATED,
    ...more,
  };
}

export function sampleDumpJob(more: Partial<DumpJob> = {}): DumpJob {
  return {
    id: 1,
    instance_id: 1,
    worker_id: null,
    dbname: 'shop',
    dump_type: 'full',
    schemas: [],
    tables: [],
    options: [],
    job_type: 'repeat',
    schedule: '0 3 * * *',
    run_at: null,
    timezone: null,
    script_id: null,
    before_hook_id: null,
    after_hook_id: null,
    script: null,
    before_hook: null,
    after_hook: null,
    keep_daily: 14,
    keep_weekly: 2,
    keep_monthly: 5,
    keep_yearly: 2,
    keep_last: 2,
    max_drop_percent: null,
    drill_schedule: null,
    drill_instance_id: null,
    parallel: 2,
    on_demand: false,
    catch_up_ms: null,
    stall_timeout_ms: null,
    status: 'active',
    activated_at: CREATED,
    claimed_by: null,
    claimed_at: null,
    run_uuid: null,
    finished_at: null,
    skipped_at: null,
    comment: null,
    created_at: CREATED,
    ...more,
  };
}

export function sampleRestoreJob(more: Partial<RestoreJob> = {}): RestoreJob {
  const given = { id: 1, dest_instance_id: 1, dest_dbname: 'shop_copy', job_type: 'trigger' as const };
  return defaultRestoreJob({ ...given, ...more }, CREATED);
}

export function sampleConfiguration(more: Partial<WorkerConfiguration> = {}): WorkerConfiguration {
  return {
    format: 1,
    catalog_id: 'catalog',
    snapshot: '1:1:',
    fetched_at: CREATED,
    worker: sampleWorker(),
    settings: { max_parallel: '3', max_parallel_dumps: '4', max_parallel_restores: '1' },
    setting_durations_ms: { catch_up: 86_400_000, stall_timeout: 600_000, lock_wait_timeout: 300_000 },
    instances: [sampleInstance()],
    dump_jobs: [sampleDumpJob()],
    restore_jobs: [],
    triggers: [],
    ...more,
  };
}

export function sampleDumpEntry(more: Partial<DumpEntry> = {}): DumpEntry {
  return {
    format: 1,
    kind: 'dump',
    uuid: '018f0000-0000-7000-8000-000000000001',
    trigger_kind: 'schedule',
    due_at: new Date('2026-01-02T03:00:00Z'),
    queued_at: new Date('2026-01-02T03:00:10Z'),
    attempts: 0,
    job: sampleDumpJob(),
    instance: sampleInstance(),
    ...more,
  };
}

export function sampleRestoreEntry(more: Partial<RestoreEntry> = {}): RestoreEntry {
  return {
    format: 1,
    kind: 'restore',
    uuid: '018f0000-0000-7000-8000-000000000002',
    trigger_kind: 'dump',
    due_at: null,
    queued_at: new Date('2026-01-02T03:01:00Z'),
    attempts: 0,
    job: sampleRestoreJob(),
    destination: sampleInstance(),
    dump_uuid: '018f0000-0000-7000-8000-000000000001',
    position: 1,
    ...more,
  };
}
