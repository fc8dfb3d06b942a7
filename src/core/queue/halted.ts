import type { WorkerConfiguration } from '../model/configuration.ts';
import { instanceOf, type QueueEntry } from './queue-entry.ts';

/**
 * Why an entry must not run any more, by the configuration of now; null: it may. A job or an instance that the
 * configuration does not know (any more) is run as the entry describes it. A run by hand is for halted jobs too.
 */
export function reasonToSkip(entry: QueueEntry, configuration: WorkerConfiguration): string | null {
  if (entry.trigger_kind === 'manual') return null;
  const jobs = entry.kind === 'dump' ? configuration.dump_jobs : configuration.restore_jobs;
  if (jobs.some((job) => job.id === entry.job.id && job.status === 'halted')) return 'the job is halted';
  const instance = configuration.instances.find(({ id }) => id === instanceOf(entry).id);
  return instance?.status === 'halted' ? `instance ${instance.name} is halted` : null;
}
