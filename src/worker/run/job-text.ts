import type { DumpJob, RestoreJob } from '../../core/model/configuration.ts';
import { instanceOf, type QueueEntry } from '../../core/queue/queue-entry.ts';
import type { About } from '../log/reporter.ts';

/** How messages name a job: `dump job 5 (shop on db1)`. */
export function jobText(kind: 'dump' | 'restore', job: DumpJob | RestoreJob, instanceName: string): string {
  const database = 'dest_dbname' in job ? job.dest_dbname : (job.dbname ?? withoutDatabase(job));
  return `${kind} job ${job.id} (${database} on ${instanceName})`;
}

function withoutDatabase({ dump_type, script }: DumpJob): string {
  return dump_type === 'script' ? `script ${script?.name ?? ''}`.trim() : 'all databases';
}

export function entryText(entry: QueueEntry): string {
  return jobText(entry.kind, entry.job, instanceOf(entry).name);
}

/** What a message about an entry is about. */
export function about(entry: Pick<QueueEntry, 'kind' | 'job'>): About {
  return { job_class: entry.kind, job_id: entry.job.id };
}
