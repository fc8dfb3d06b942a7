import { errorText } from '../../core/errors.ts';
import { deleteRemoved, type RemovingDump, removingDumps } from '../../sql/catalog/removals.ts';
import type { Connection } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import type { WorkSession } from '../run/work-session.ts';

export interface RemovalReport {
  /** Dumps whose data and rows went. */
  removed: number;
  /** Bytes that pruning freed. */
  freedBytes: number;
  /** Why something has to wait for the next cleaning; null: nothing has. */
  waits: string | null;
}

/**
 * Carries out what is marked, whoever marked it when: manifests into the trash, then pruning, then the rows. Rows go last,
 * so that whatever dies when, the next cleaning finds what is to be finished.
 */
export async function removeMarked(
  session: WorkSession,
  catalog: Connection,
  workerId: number,
): Promise<RemovalReport> {
  const repository = await session.worker.repository();
  const marked = await removingDumps(catalog, workerId);
  const gone: RemovingDump[] = [];
  let waits: string | null = null;
  for (const dump of marked) {
    try {
      await repository.remove(dump.uuid);
      faultPoint('clean.trashed');
      gone.push(dump);
    } catch (error) {
      waits = `dump ${dump.id} cannot be removed: ${errorText(error)}`;
    }
  }
  const freedBytes = await repository.prune().then(
    (report) => report.freedBytes,
    (error: unknown) => {
      waits = `no room was freed: ${errorText(error)}`;
      return null;
    },
  );
  faultPoint('clean.pruned');
  if (freedBytes === null) return { removed: 0, freedBytes: 0, waits };
  const ids = gone.map(({ id }) => id);
  const removed = ids.length === 0 ? 0 : await deleteRemoved(catalog, workerId, ids);
  return { removed, freedBytes: Math.max(0, freedBytes), waits };
}
