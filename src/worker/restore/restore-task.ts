import type { Instance, RestoreJob } from '../../core/model/configuration.ts';
import type { RestoreResult } from '../../core/model/results.ts';
import type { Connection } from '../../sql/connection.ts';
import type { TargetChange } from './change-target.ts';
import type { RestoreRun } from './restore-run.ts';

/** One restore that is to be done. */
export interface RestoreTask {
  uuid: string;
  job: RestoreJob;
  destination: Instance;
  dumpUuid: string;
  triggerKind: RestoreResult['trigger_kind'];
  dueAt: Date | null;
  /**
   * A drill: called with the complete staging database instead of giving it the target's name; the database is dropped
   * afterwards.
   */
  inspect?: (run: RestoreRun, control: Connection, change: TargetChange) => Promise<void>;
}
