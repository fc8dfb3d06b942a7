import * as z from 'zod';
import { parseDuration } from '../text/duration.ts';

/** What a user writes into pgsnapman.toml. Everything may be left out; the environment can say it instead. */
const text = z.string().min(1, 'must not be empty');
const positive = z.number().int('must be a whole number').min(1, 'must be 1 or more');
const notNegative = z.number().int('must be a whole number').min(0, 'must be 0 or more');

/** POSIX, Windows drive or UNC; a relative path would mean another folder for cron than for a person. */
const absolutePath = text.refine(
  (path) => path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\'),
  'must be an absolute path',
);

/** A time span as text; read as milliseconds. */
const duration = text.transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'must be a time span such as "10 minutes" or "24h"' });
  return z.NEVER;
});

export const fileSettingsSchema = z.strictObject({
  catalog: z.strictObject({ url: text.optional() }).default({}),
  worker: z
    .strictObject({ name: text.max(200, 'must be 200 characters or less').optional(), root: absolutePath.optional() })
    .default({}),
  tools: z.strictObject({ bin_directories: z.array(absolutePath).default([]) }).default({ bin_directories: [] }),
  limits: z
    .strictObject({
      catch_up: duration.optional(),
      stall_timeout: duration.optional(),
      lock_wait_timeout: duration.optional(),
      max_parallel_dumps: positive.optional(),
      max_parallel_restores: positive.optional(),
      max_parallel: positive.optional(),
      max_drop_percent: notNegative.max(100, 'must be 100 or less').optional(),
      undo_keep: notNegative.optional(),
      failed_keep_days: notNegative.optional(),
      message_keep_days: notNegative.optional(),
    })
    .default({}),
  scripts: z
    .strictObject({
      sha256: z.array(text.regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits')).default([]),
      directory: absolutePath.optional(),
      time_limit: duration.refine((ms) => ms > 0, 'must be more than nothing').optional(),
    })
    .default({ sha256: [] }),
  repository: z.strictObject({ mirrors: z.array(absolutePath).default([]) }).default({ mirrors: [] }),
  restores: z.strictObject({ never: z.array(text).default([]) }).default({ never: [] }),
});

/** The file as it was written: valid, perhaps incomplete. Time spans are milliseconds. */
export type FileSettings = z.infer<typeof fileSettingsSchema>;

/** Values that win over the catalog's settings and columns of the same name. */
export interface ForcedLimits {
  catch_up_ms?: number;
  stall_timeout_ms?: number;
  lock_wait_timeout_ms?: number;
  max_parallel_dumps?: number;
  max_parallel_restores?: number;
  max_parallel?: number;
  max_drop_percent?: number;
  undo_keep?: number;
  failed_keep_days?: number;
  message_keep_days?: number;
}

/** The complete configuration of one command: file, then environment, then defaults. */
export interface FileConfiguration {
  /** `postgresql://…`, or `local` for the embedded catalog in the root directory. */
  catalog: { url: string };
  worker: { name?: string; root: string };
  /** Instances that this worker never restores to, whatever the catalog says: names, `host:port`, or `*`. */
  restores: { never: string[] };
  /** Scripts that this worker runs: SHA-256 of their texts, a folder whose files are allowed, and how long one may run. */
  scripts: { sha256: string[]; directory: string | null; time_limit_ms?: number };
  /** Repositories of other workers, or copies of them, whose dumps this worker can restore; nothing is written there. */
  repository: { mirrors: string[] };
  tools: { bin_directories: string[] };
  limits: ForcedLimits;
}
