import type { WorkerConfiguration } from '../model/configuration.ts';
import { instanceOf, type QueueEntry } from './queue-entry.ts';

/**
 * Why an entry must not run any more, by the configuration of now; null: it may. A run by hand is for halted jobs too.
 *
 * A job that repeats is in every configuration of its worker, so one that is missing in a later one was deleted, or is
 * another worker's. Single jobs, and restores that they trigger, leave the configuration when they have ended: those are
 * run as the entry describes them.
 */
export function reasonToSkip(entry: QueueEntry, configuration: WorkerConfiguration): string | null {
  if (entry.trigger_kind === 'manual') return null;
  const jobs = entry.kind === 'dump' ? configuration.dump_jobs : configuration.restore_jobs;
  const job = jobs.find(({ id }) => id === entry.job.id);
  if (job?.status === 'halted') return 'the job is halted';
  if (job === undefined && entry.trigger_kind === 'schedule' && configuration.fetched_at > entry.queued_at) {
    return "the job was deleted, or is another worker's now";
  }
  const instance = configuration.instances.find(({ id }) => id === instanceOf(entry).id);
  return instance?.status === 'halted' ? `instance ${instance.name} is halted` : null;
}
