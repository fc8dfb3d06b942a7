import type { Instance, RestoreJob } from '../../core/model/configuration.ts';
import type { RestoreResult } from '../../core/model/results.ts';

/** One restore that is to be done. */
export interface RestoreTask {
  uuid: string;
  job: RestoreJob;
  destination: Instance;
  dumpUuid: string;
  triggerKind: RestoreResult['trigger_kind'];
  dueAt: Date | null;
}
