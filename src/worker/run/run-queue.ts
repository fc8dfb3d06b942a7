import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { doEntry } from './do-entry.ts';
import { pickEntry } from './pick-entry.ts';
import type { FinishedRun, Running } from './running.ts';
import { uploadAtEnd } from './upload-results.ts';

/**
 * Runs what is in the queue: as many at a time as the limits allow, counted over all processes of this worker; when one
 * ends its result is uploaded and the next is picked, also what other ticks have put in meanwhile. Ends when nothing can
 * be picked and nothing of its own runs. `wants`: false for entries that are left to others.
 */
export async function runQueue(
  running: Running,
  wants: (entry: QueueEntry) => boolean = () => true,
): Promise<FinishedRun[]> {
  const { session, signal } = running;
  const finished: FinishedRun[] = [];
  const givenUp = new Set<string>();
  const active = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (;;) {
    const picked =
      signal.aborted || failures.length > 0
        ? null
        : await pickEntry(session, (entry) => wants(entry) && !givenUp.has(entry.uuid));
    if (picked === null) {
      if (active.size === 0) break;
      await Promise.race(active);
      continue;
    }
    const work = (async () => {
      try {
        const run = await doEntry(running, picked.entry, picked.died);
        if (run === null) givenUp.add(picked.entry.uuid);
        else finished.push(run);
      } catch (error) {
        // The entry stays: the next tick takes it over as that of a process that died.
        givenUp.add(picked.entry.uuid);
        failures.push(error);
      } finally {
        picked.release();
      }
      await uploadAtEnd(session);
    })().finally(() => active.delete(work));
    active.add(work);
  }
  if (failures.length > 0) throw failures[0];
  return finished;
}
