import type { Progress } from '../../core/model/activity.ts';
import type { DumpResult, RestoreResult } from '../../core/model/results.ts';
import type { ActivityBoard } from '../activity/activity-board.ts';
import type { WorkSession } from './work-session.ts';

/** What runs of one process share beside the session. */
export interface Running {
  readonly session: WorkSession;
  readonly board: ActivityBoard;
  /** Aborted when this process is asked to end. */
  readonly signal: AbortSignal;
  /** For a terminal. */
  onProgress?: ((kind: 'dump' | 'restore', jobId: number, progress: Progress) => void) | undefined;
}

/** How a run ended. */
export type FinishedRun = { kind: 'dump'; result: DumpResult } | { kind: 'restore'; result: RestoreResult };
