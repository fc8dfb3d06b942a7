import type { Ending } from '../../core/queue/unfinished-results.ts';
import type { WorkSession } from './work-session.ts';

/** How a run ended that has nothing to say itself. */
export function ending(
  session: WorkSession,
  startedAt: Date,
  outcome: Ending['outcome'],
  message: string | null,
): Ending {
  const { worker, reporter } = session;
  return {
    outcome,
    message,
    warnings: [],
    startedAt,
    endedAt: worker.now(),
    worker: { id: reporter.workerId, name: worker.name },
    version: worker.version,
  };
}
