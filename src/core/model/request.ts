import * as z from 'zod';

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
