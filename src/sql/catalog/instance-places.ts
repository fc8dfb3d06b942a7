import type { Activity } from '../../core/model/activity.ts';
import { runsOfOthers } from '../../core/queue/occupation.ts';
import type { Connection } from '../connection.ts';
import { listOccupations, upsertActivity } from './activities.ts';

/** First key of the advisory lock under which runs begin on an instance: the letters "pgsi". */
const INSTANCE_LOCK = 0x70677369;

/** What a run that is about to begin wants of its instance. */
export interface WantedPlace {
  instanceId: number;
  /** How many places of the instance its own worker leaves free, without the one for this run. */
  spare: number;
}

/**
 * Shows a run in the catalog before it begins, unless other workers use all that its own worker leaves free of the
 * instance: then false. One run begins at a time on an instance, so two workers never take the same place.
 */
export function takePlace(c: Connection, activity: Activity, { instanceId, spare }: WantedPlace): Promise<boolean> {
  return c.transaction(async () => {
    await c.execute('select pg_advisory_xact_lock($1, $2)', [INSTANCE_LOCK, instanceId]);
    const others = runsOfOthers(await listOccupations(c), activity.worker_id);
    if ((others.get(instanceId) ?? 0) > spare) return false;
    await upsertActivity(c, activity);
    return true;
  });
}
