import * as z from 'zod';
import { dumpTypeSchema } from '../model/configuration.ts';
import { outcomeSchema } from '../model/outcome.ts';

/**
 * The manifest of a dump: the commit point and the root of trust. Written last, in one rename; a dump without it is not
 * there. It holds what lists need; the longer parts are files beside it, named here with their SHA-256.
 */
const MANIFEST_FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().nonnegative();

/** A small file in the dump's own folder (facts, globals, contents, list of files). */
const sideFileSchema = z.object({ name: z.string().regex(/^[a-z0-9.-]+$/), sha256, size_bytes: count });

export const manifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT),
  uuid: z.uuid(),
  repository_id: z.uuid(),
  worker: z.object({ id: z.number().int().nullable(), name: z.string(), root_id: z.uuid() }),
  job: z.object({ id: z.number().int().nullable() }),
  instance: z.object({ id: z.number().int().nullable(), name: z.string(), host: z.string(), port: z.number().int() }),
  dbname: z.string().nullable(),
  dump_type: dumpTypeSchema,
  schemas: z.array(z.string()),
  tables: z.array(z.string()),
  options: z.array(z.string()),
  trigger_kind: z.enum(['schedule', 'single', 'manual', 'adopted']),
  due_at: z.coerce.date().nullable(),
  started_at: z.coerce.date(),
  ended_at: z.coerce.date(),
  outcome: outcomeSchema,
  warnings: z.array(z.string()),
  server_version: z.string(),
  server_version_num: z.number().int(),
  tool_version: z.string(),
  pgsnapman_version: z.string(),
  trusted: z.boolean(),
  raw_bytes: count,
  stored_bytes: count,
  new_bytes: count,
  database_bytes: count,
  table_count: count,
  row_count: count,
  side_files: z.array(sideFileSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * What a stored file is; `table_data` files hold COPY text, one row a line, a `sql_stream` is what pg_dumpall writes for
 * psql, a `script_file` was written by a script.
 */
export const fileRoleSchema = z.enum([
  'toc',
  'table_data',
  'large_object',
  'large_object_toc',
  'sql_stream',
  'script_file',
  'other',
]);
export type FileRole = z.infer<typeof fileRoleSchema>;

/** One file of a dump, as it stands in the dump's list; `path` is relative to the directory that pg_restore reads. */
export const storedFileSchema = z.object({
  path: z.string().regex(/^[A-Za-z0-9._-]+$/),
  role: fileRoleSchema,
  sha256,
  size_bytes: count,
  /** Rows of a table data file; null for all others. */
  rows: count.nullable(),
});
export type StoredFile = z.infer<typeof storedFileSchema>;
