import * as z from 'zod';
import { drillResultSchema } from '../drill/drill-result.ts';
import { type ErrorCode, EXIT_CODES } from '../errors.ts';
import { dumpTypeSchema } from './configuration.ts';
import { outcomeSchema } from './outcome.ts';

/**
 * What a worker produces, as it lies in the spool and as it is uploaded. Field names are the catalog's columns. A result
 * names its job, worker and instance by id and by name: the rows may be gone when it arrives, and it is kept all the same.
 */
const id = z.number().int();
const time = z.coerce.date();
const uuid = z.uuid();
const count = z.number().nonnegative();
/** Why a run failed; null if it did not. Results of older versions do not say it. */
const failureCode = z
  .enum(Object.keys(EXIT_CODES) as ErrorCode[])
  .nullable()
  .default(null);

export const dumpContentSchema = z.object({
  schemas: z.array(z.string()),
  tables: z.array(z.object({ schema: z.string(), name: z.string(), rows: count, bytes: count })),
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
  roles: z.array(z.string()),
  large_objects: count,
  /** Of a dump of a whole cluster: its databases; `tables` counts those with data. Left out for all other dumps. */
  databases: z.array(z.object({ name: z.string(), tables: count, rows: count, bytes: count })).optional(),
  /** Of a dump made by a script: its files, the first thousand. */
  files: z.array(z.object({ name: z.string(), bytes: count })).optional(),
});
export type DumpContent = z.infer<typeof dumpContentSchema>;

export const dumpResultSchema = z.object({
  uuid,
  dump_job_id: id.nullable(),
  worker_id: id.nullable(),
  instance_id: id.nullable(),
  worker_name: z.string().nullable(),
  instance_name: z.string().nullable(),
  instance_host: z.string().nullable(),
  instance_port: z.number().int().nullable(),
  dbname: z.string().nullable(),
  dump_type: dumpTypeSchema,
  schemas: z.array(z.string()),
  tables: z.array(z.string()),
  options: z.array(z.string()),
  trigger_kind: z.enum(['schedule', 'single', 'manual', 'adopted']),
  due_at: time.nullable(),
  started_at: time,
  ended_at: time,
  outcome: outcomeSchema,
  raw_bytes: count.nullable(),
  stored_bytes: count.nullable(),
  new_bytes: count.nullable(),
  database_bytes: count.nullable(),
  table_count: count.nullable(),
  row_count: count.nullable(),
  server_version: z.string().nullable(),
  tool_version: z.string().nullable(),
  pgsnapman_version: z.string(),
  manifest_sha256: z.string().nullable(),
  verified_level: z.number().int().min(0).max(4),
  warnings: z.array(z.string()),
  message: z.string().nullable(),
  error_code: failureCode,
  log_tail: z.string().nullable(),
  content: dumpContentSchema.nullable(),
});
export type DumpResult = z.infer<typeof dumpResultSchema>;

export const restoreResultSchema = z.object({
  /** What a drill compared; null or left out for all other runs. */
  drill: drillResultSchema.nullish(),
  uuid,
  restore_job_id: id.nullable(),
  dump_uuid: uuid.nullable(),
  worker_id: id.nullable(),
  dest_instance_id: id.nullable(),
  worker_name: z.string().nullable(),
  dest_instance_name: z.string().nullable(),
  dest_dbname: z.string(),
  trigger_kind: z.enum(['schedule', 'single', 'manual', 'dump', 'drill']),
  due_at: time.nullable(),
  started_at: time,
  ended_at: time,
  outcome: outcomeSchema,
  table_count: count.nullable(),
  row_count: count.nullable(),
  /** Name under which the replaced database is kept, and its OID; null: none is. */
  undo_dbname: z.string().nullable().default(null),
  undo_oid: z.number().int().nullable().default(null),
  tool_version: z.string().nullable(),
  pgsnapman_version: z.string(),
  warnings: z.array(z.string()),
  message: z.string().nullable(),
  error_code: failureCode,
  log_tail: z.string().nullable(),
});
export type RestoreResult = z.infer<typeof restoreResultSchema>;

/** A scheduled dump that its database did not want; `uuid` is what the dump would have had. */
export const skipSchema = z.object({ uuid, dump_job_id: id, skipped_at: time });
export type Skip = z.infer<typeof skipSchema>;

export const messageLevelSchema = z.enum(['debug', 'info', 'warning', 'error', 'critical']);
export type MessageLevel = z.infer<typeof messageLevelSchema>;

export const messageSchema = z.object({
  uuid,
  level: messageLevelSchema,
  tool: z.string(),
  logged_at: time,
  text: z.string(),
  job_class: z.enum(['dump', 'restore', 'clean', 'verify', 'discovery', 'config']).nullable(),
  job_id: id.nullable(),
  worker_id: id.nullable(),
  worker_name: z.string().nullable(),
});
export type Message = z.infer<typeof messageSchema>;
