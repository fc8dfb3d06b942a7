import type { Occupation } from '../../core/queue/occupation.ts';
import { removeActivity } from '../../sql/catalog/activities.ts';
import type { Connection } from '../../sql/connection.ts';

/** Removes what this worker still shows as running in the catalog although no process is at it any more. */
export async function removeStaleActivities(
  catalog: Connection,
  own: readonly Occupation[],
  isAlive: (uuid: string) => Promise<boolean>,
): Promise<void> {
  for (const { uuid } of own) {
    if (!(await isAlive(uuid))) await removeActivity(catalog, uuid);
  }
}
