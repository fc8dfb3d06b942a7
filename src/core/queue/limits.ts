import type { ForcedLimits } from '../config/file-configuration.ts';
import type { DumpJob, Instance, RestoreJob, WorkerConfiguration } from '../model/configuration.ts';

/** Used if the catalog's settings don't say anything. */
const DEFAULTS = {
  max_parallel_dumps: 2,
  max_parallel_restores: 1,
  max_parallel: 2,
  catch_up: 24 * 60 * 60_000,
  stall_timeout: 10 * 60_000,
  lock_wait_timeout: 5 * 60_000,
  message_keep_days: 90,
};
type Counted = 'max_parallel_dumps' | 'max_parallel_restores' | 'max_parallel' | 'message_keep_days';
type Timed = 'catch_up' | 'stall_timeout' | 'lock_wait_timeout';

/**
 * Limits and times that hold on this worker. What the worker's own configuration file says is forced; then the column of
 * the job, the instance or the worker, then the catalog's setting of that name.
 */
export interface Limits {
  /** Dumps, or restores, that run at a time on this worker. */
  parallel(kind: 'dump' | 'restore'): number;
  /** Runs that use the instance at a time; those of other workers count as far as the catalog tells of them. */
  parallelOnInstance(instance: Pick<Instance, 'max_parallel'>): number;
  catchUpMs(job: Pick<DumpJob | RestoreJob, 'catch_up_ms'>): number;
  stallTimeoutMs(job: Pick<DumpJob | RestoreJob, 'stall_timeout_ms'>): number;
  lockWaitTimeoutMs(): number;
  /** How long messages and logs are kept. */
  messageKeepDays(): number;
}

/** `configuration` null: nothing is known of the catalog yet. */
export function limitsOf(configuration: WorkerConfiguration | null, forced: ForcedLimits): Limits {
  const worker = configuration?.worker;
  const setting = (key: Counted): number => {
    const value = Number(configuration?.settings[key]);
    return Number.isInteger(value) && value > 0 ? value : DEFAULTS[key];
  };
  const duration = (key: Timed): number => configuration?.setting_durations_ms[key] ?? DEFAULTS[key];
  return {
    parallel: (kind) =>
      kind === 'dump'
        ? (forced.max_parallel_dumps ?? worker?.max_parallel_dumps ?? setting('max_parallel_dumps'))
        : (forced.max_parallel_restores ?? worker?.max_parallel_restores ?? setting('max_parallel_restores')),
    parallelOnInstance: (instance) => forced.max_parallel ?? instance.max_parallel ?? setting('max_parallel'),
    catchUpMs: (job) => forced.catch_up_ms ?? job.catch_up_ms ?? worker?.catch_up_ms ?? duration('catch_up'),
    stallTimeoutMs: (job) =>
      forced.stall_timeout_ms ?? job.stall_timeout_ms ?? worker?.stall_timeout_ms ?? duration('stall_timeout'),
    lockWaitTimeoutMs: () => forced.lock_wait_timeout_ms ?? duration('lock_wait_timeout'),
    messageKeepDays: () => forced.message_keep_days ?? setting('message_keep_days'),
  };
}
