import { listStaging } from '../run/staging.ts';
import type { WorkSession } from '../run/work-session.ts';

/** Dumps that work on this machine needs, which the catalog may not know of. */
export interface NeededHere {
  /** Uuids of dumps, with who needs them. */
  uuids: ReadonlyMap<string, string>;
  /** Jobs whose newest dump a restore is about to choose, with who. */
  newestOf: ReadonlyMap<number, string>;
}

/** Looks at restores that run and that wait in the queue. */
export async function neededHere({ worker }: WorkSession): Promise<NeededHere> {
  const { runs } = await listStaging(worker.root.staging);
  const { entries } = await worker.queue.list();
  const uuids = new Map<string, string>();
  const newestOf = new Map<number, string>();
  const restores = [
    ...entries.map((entry) => ({ entry, who: 'a waiting restore' })),
    ...runs.map(({ entry }) => ({ entry, who: 'a running restore' })),
  ];
  for (const { entry, who } of restores) {
    if (entry.kind !== 'restore') continue;
    const uuid = entry.dump_uuid ?? entry.job.dump_uuid;
    if (uuid !== null) uuids.set(uuid, who);
    else if (entry.job.latest_of_dump_job_id !== null) newestOf.set(entry.job.latest_of_dump_job_id, who);
  }
  return { uuids, newestOf };
}
