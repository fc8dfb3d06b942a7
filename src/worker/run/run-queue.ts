import { instanceOf, type QueueEntry } from '../../core/queue/queue-entry.ts';
import { activityOf } from './activity-of.ts';
import { doEntry } from './do-entry.ts';
import { type Picked, pickEntry, type TakePlace } from './pick-entry.ts';
import type { FinishedRun, Running } from './running.ts';
import { uploadAtEnd } from './upload-results.ts';

/**
 * Runs what is in the queue: as many at a time as the limits allow, counted over all processes of this worker, those of an
 * instance over all workers; when one ends its result is uploaded and the next is picked, also what other ticks have put
 * in meanwhile. Ends when nothing can be picked and nothing of its own runs. `wants`: false for entries that are left to
 * others.
 */
export async function runQueue(
  running: Running,
  wants: (entry: QueueEntry) => boolean = () => true,
): Promise<FinishedRun[]> {
  const { session, board, signal } = running;
  const finished: FinishedRun[] = [];
  const givenUp = new Set<string>();
  const active = new Set<Promise<void>>();
  const uploads: Promise<void>[] = [];
  const failures: unknown[] = [];
  const start = async ({ entry, died, release }: Picked): Promise<void> => {
    try {
      const run = await doEntry(running, entry, died);
      if (run === null) givenUp.add(entry.uuid);
      else finished.push(run);
    } catch (error) {
      // The entry stays: the next tick takes it over as that of a process that died.
      givenUp.add(entry.uuid);
      failures.push(error);
    } finally {
      release();
    }
    // The next one does not wait for the catalog.
    uploads.push(uploadAtEnd(session));
  };
  const takePlace: TakePlace = (entry, spare) =>
    board.reserve(activityOf(session, entry, session.worker.now()), { instanceId: instanceOf(entry).id, spare });
  for (;;) {
    const mayStart = !signal.aborted && failures.length === 0;
    const isLeft = (entry: QueueEntry): boolean => wants(entry) && !givenUp.has(entry.uuid);
    const picked = mayStart ? await pickEntry(session, isLeft, takePlace) : null;
    if (picked !== null) {
      const work: Promise<void> = start(picked).finally(() => active.delete(work));
      active.add(work);
    } else if (active.size > 0) {
      await Promise.race(active);
    } else {
      break;
    }
  }
  await Promise.all(uploads);
  if (failures.length > 0) throw failures[0];
  return finished;
}
