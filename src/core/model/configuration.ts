import * as z from 'zod';
import { flatTexts, nameMapSchema, textListSchema } from './catalog-values.ts';

/**
 * Rows of the catalog's configuration tables, with the column names of the catalog: what `--json` prints, what a worker
 * caches, and what a queue entry carries. Times are Dates (ISO 8601 in JSON), `interval` columns are milliseconds
 * (columns `catch_up` and `stall_timeout` are read as `…_ms`), bigint columns are numbers.
 */
const id = z.number().int();
const time = z.coerce.date();
const durationMs = z.number().nonnegative();
const status = z.enum(['active', 'halted']);

export const workerSchema = z.object({
  id,
  name: z.string(),
  status,
  timezone: z.string().nullable(),
  config_schedule: z.string(),
  clean_schedule: z.string(),
  verify_schedule: z.string(),
  discovery_schedule: z.string(),
  auto_add: z.enum(['off', 'halted', 'active']),
  restore_worker_id: id.nullable(),
  max_parallel_dumps: z.number().int().nullable(),
  max_parallel_restores: z.number().int().nullable(),
  catch_up_ms: durationMs.nullable(),
  stall_timeout_ms: durationMs.nullable(),
  verify_percent: z.number().int().nullable().default(null),
  root_id: z.string().nullable(),
  machine_id: z.string().nullable(),
  last_seen_at: time.nullable(),
  version: z.string().nullable(),
  tools: z.array(z.object({ version: z.string(), directory: z.string() })).nullable(),
  comment: z.string().nullable(),
  created_at: time,
});
export type Worker = z.infer<typeof workerSchema>;

export const sslModeSchema = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']);
export type SslMode = z.infer<typeof sslModeSchema>;

export const instanceSchema = z.object({
  id,
  name: z.string(),
  host: z.string(),
  port: z.number().int(),
  maintenance_db: z.string(),
  username: z.string().nullable(),
  service: z.string().nullable(),
  sslmode: sslModeSchema.nullable(),
  status,
  default_worker_id: id.nullable(),
  window_start: z.string(),
  window_end: z.string(),
  auto_add: z.enum(['off', 'halted', 'active', 'inherit']),
  max_parallel: z.number().int().nullable(),
  trusted: z.boolean(),
  restores: z.enum(['allowed', 'confirm', 'never']),
  environment: z.string().nullable(),
  color: z.string().nullable(),
  comment: z.string().nullable(),
  created_at: time,
});
export type Instance = z.infer<typeof instanceSchema>;

export const dumpTypeSchema = z.enum(['full', 'schema', 'data', 'cluster', 'cluster_schema', 'script']);
export type DumpType = z.infer<typeof dumpTypeSchema>;

const scriptTextSchema = z.object({ name: z.string(), sha256: z.string(), code: z.string() });
/** A script with its text, as a job carries it: it is run also while the catalog is away. */
export type ScriptText = z.infer<typeof scriptTextSchema>;

export const dumpJobSchema = z.object({
  id,
  instance_id: id,
  worker_id: id.nullable(),
  dbname: z.string().nullable(),
  dump_type: dumpTypeSchema,
  schemas: textListSchema,
  tables: textListSchema,
  options: textListSchema,
  job_type: z.enum(['repeat', 'single']),
  schedule: z.string().nullable(),
  run_at: time.nullable(),
  timezone: z.string().nullable(),
  script_id: id.nullable(),
  before_hook_id: id.nullable().default(null),
  after_hook_id: id.nullable().default(null),
  /** The scripts of these ids, joined from the scripts of the catalog. */
  script: scriptTextSchema.nullable().default(null),
  before_hook: scriptTextSchema.nullable().default(null),
  after_hook: scriptTextSchema.nullable().default(null),
  keep_daily: z.number().int(),
  keep_weekly: z.number().int(),
  keep_monthly: z.number().int(),
  keep_yearly: z.number().int(),
  keep_last: z.number().int(),
  max_drop_percent: z.number().int().nullable().default(null),
  drill_schedule: z.string().nullable().default(null),
  drill_instance_id: id.nullable().default(null),
  parallel: z.number().int(),
  on_demand: z.boolean(),
  catch_up_ms: durationMs.nullable(),
  stall_timeout_ms: durationMs.nullable(),
  status,
  activated_at: time,
  claimed_by: id.nullable(),
  claimed_at: time.nullable(),
  run_uuid: z.string().nullable(),
  finished_at: time.nullable(),
  /** When the database wanted no dump last. */
  skipped_at: time.nullable().default(null),
  comment: z.string().nullable(),
  created_at: time,
});
export type DumpJob = z.infer<typeof dumpJobSchema>;

export const restoreJobSchema = z.object({
  id,
  dump_id: id.nullable(),
  /** Identity of `dump_id`'s dump, joined from the dump catalog. */
  dump_uuid: z.string().nullable(),
  latest_of_dump_job_id: id.nullable(),
  dest_instance_id: id,
  dest_dbname: z.string(),
  restore_type: z.enum(['full', 'schema', 'data']),
  schemas: textListSchema,
  tables: textListSchema,
  schema_as: z.string().nullable(),
  existing_db: z.enum(['rename', 'drop', 'drop_before', 'leave']),
  existing_data: z.enum(['leave', 'truncate']),
  role_handling: z.enum(['use', 'none']),
  tablespace_handling: z.enum(['use', 'none']),
  tablespace_map: nameMapSchema,
  role_map: nameMapSchema,
  options: textListSchema,
  parallel: z.number().int(),
  accept_losses: z.boolean(),
  /** A whole cluster: also into an instance that has databases. */
  force: z.boolean().default(false),
  /** What of the replication comes along to another instance. */
  keep: z.preprocess(flatTexts, z.array(z.enum(['publications', 'subscriptions']))).default([]),
  properties: z.enum(['source', 'target']).nullable(),
  passwords: z.boolean(),
  job_type: z.enum(['single', 'repeat', 'trigger']),
  schedule: z.string().nullable(),
  run_at: time.nullable(),
  timezone: z.string().nullable(),
  before_script_id: id.nullable(),
  after_script_id: id.nullable(),
  /** The scripts of these ids, joined from the scripts of the catalog. */
  before_script: scriptTextSchema.nullable().default(null),
  after_script: scriptTextSchema.nullable().default(null),
  after_hook_id: id.nullable().default(null),
  after_hook: scriptTextSchema.nullable().default(null),
  catch_up_ms: durationMs.nullable(),
  stall_timeout_ms: durationMs.nullable(),
  status,
  activated_at: time,
  claimed_by: id.nullable(),
  claimed_at: time.nullable(),
  run_uuid: z.string().nullable(),
  finished_at: time.nullable(),
  comment: z.string().nullable(),
  created_at: time,
});
export type RestoreJob = z.infer<typeof restoreJobSchema>;

export const dumpJobTriggerSchema = z.object({ dump_job_id: id, restore_job_id: id, position: z.number().int() });
export type DumpJobTrigger = z.infer<typeof dumpJobTriggerSchema>;

/** Everything that one worker needs to work without the catalog; also the content of its configuration cache. */
export const workerConfigurationSchema = z.object({
  format: z.literal(1),
  catalog_id: z.string(),
  /** `pg_current_snapshot()` of the read: later audit rows that it does not see mean a change. */
  snapshot: z.string(),
  fetched_at: time,
  worker: workerSchema,
  settings: z.record(z.string(), z.string()),
  /** Settings that are intervals, as milliseconds; the catalog converts them. */
  setting_durations_ms: z.record(z.string(), durationMs),
  instances: z.array(instanceSchema),
  /** Jobs whose effective worker is this one, plus the jobs that trigger or feed its restores. */
  dump_jobs: z.array(dumpJobSchema),
  restore_jobs: z.array(restoreJobSchema),
  triggers: z.array(dumpJobTriggerSchema),
});
export type WorkerConfiguration = z.infer<typeof workerConfigurationSchema>;
