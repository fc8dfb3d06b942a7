import * as z from 'zod';
import { type ErrorCode, EXIT_CODES, PgSnapManError } from '../errors.ts';
import { dumpResultSchema, restoreResultSchema } from './results.ts';

/** What can be asked of a worker through the catalog. */
export const requestKindSchema = z.enum([
  'plan_restore',
  'run_dump_job',
  'run_restore_job',
  'undo',
  'drill',
  'verify',
  'cancel',
  'clean',
  'prune',
  'check',
  'refresh',
  'discover',
  'doctor',
  'test_instance',
  'list_databases',
  'list_tables',
  'list_target',
  'log',
  'script_allowed',
  'repository_status',
]);
export type RequestKind = z.infer<typeof requestKindSchema>;

/** What a halted worker does all the same: it reads, or it ends what runs. */
const FOR_HALTED: readonly RequestKind[] = [
  'plan_restore',
  'cancel',
  'check',
  'refresh',
  'doctor',
  'test_instance',
  'list_databases',
  'list_tables',
  'list_target',
  'log',
  'script_allowed',
  'repository_status',
];

/** True if a halted worker answers it. */
export const answeredWhenHalted = (kind: RequestKind): boolean => FOR_HALTED.includes(kind);

export type RequestState = 'waiting' | 'running' | 'done' | 'failed' | 'refused' | 'expired';

/** A row of the table `request`. */
export interface Request {
  id: number;
  uuid: string;
  worker_id: number;
  kind: RequestKind;
  arguments: Record<string, unknown>;
  plan_sha256: string | null;
  state: RequestState;
  /** By kind; for a request that was not carried out `{code, message, hint}`. */
  answer: unknown;
  requested_by: string;
  requested_at: Date;
  expires_at: Date;
  started_at: Date | null;
  answered_at: Date | null;
}

/** The answer to `run_dump_job`: the dump, and the restores that it triggered; logs and contents are in the catalog. */
export const dumpAnswerSchema = z.object({ result: dumpResultSchema, restores: z.array(restoreResultSchema) });

/** The answer to `run_restore_job`. */
export const restoreAnswerSchema = z.object({ result: restoreResultSchema });

/** The answer to `undo`: the restore run, and what is kept now; null: nothing, as there was no database to put aside. */
export const undoAnswerSchema = z.object({
  id: z.number().int(),
  dest_dbname: z.string(),
  undo_dbname: z.string().nullable(),
  undo_oid: z.number().nullable(),
});
export type UndoAnswer = z.infer<typeof undoAnswerSchema>;

/** The answer to `script_allowed`. */
export const scriptAnswerSchema = z.object({
  name: z.string(),
  sha256: z.string(),
  /** By the configuration of the worker. */
  allowed: z.boolean(),
  /** Why not; null: it is. */
  reason: z.string().nullable(),
  /** What its first line names; null: nothing, so it is of use as SQL only. */
  interpreter: z.string().nullable(),
});
export type ScriptAnswer = z.infer<typeof scriptAnswerSchema>;

const isCode = (code: string): code is ErrorCode => code in EXIT_CODES;
const failureSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().nullish() });

/** The answer of a request that failed, was refused or expired, as the error that it would have been here. */
export function failureOf(request: Pick<Request, 'id' | 'answer'>): PgSnapManError {
  const parsed = failureSchema.safeParse(request.answer);
  if (!parsed.success) return new PgSnapManError('run_failed', `request ${request.id} failed without a reason`);
  const { code, message, hint } = parsed.data;
  return new PgSnapManError(isCode(code) ? code : 'run_failed', message, hint ?? undefined);
}
