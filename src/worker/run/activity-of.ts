import type { Activity, Progress } from '../../core/model/activity.ts';
import { instanceOf, type QueueEntry } from '../../core/queue/queue-entry.ts';
import type { WorkSession } from './work-session.ts';

const BEFORE_FIRST_WORD: Progress = {
  stage: 'starting',
  item: null,
  done_bytes: null,
  total_bytes: null,
  done_items: null,
  total_items: null,
};

/** How a run is shown before it says something itself. */
export function activityOf(session: WorkSession, entry: QueueEntry, startedAt: Date): Activity {
  const database = entry.kind === 'dump' ? (entry.job.dbname ?? 'all databases') : entry.job.dest_dbname;
  return {
    ...BEFORE_FIRST_WORD,
    uuid: entry.uuid,
    worker_id: session.reporter.workerId ?? 0,
    kind: entry.kind,
    job_id: entry.job.id,
    subject: `${database} on ${instanceOf(entry).name}`,
    started_at: startedAt,
  };
}
