/** A run that a worker shows in the catalog. */
export interface Occupation {
  uuid: string;
  worker_id: number | null;
  /** What it works on; null: not an instance, or its job is gone. */
  instance_id: number | null;
  /** Since its last sign of life, which comes every two seconds. */
  silent_ms: number;
}

/** A worker that says nothing for so long has died or has lost the catalog. */
const SILENT_MS = 60_000;

/** How many runs of other workers use each instance, as far as the catalog knows. */
export function runsOfOthers(occupations: readonly Occupation[], workerId: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { worker_id, instance_id, silent_ms } of occupations) {
    if (worker_id === workerId || instance_id === null || silent_ms > SILENT_MS) continue;
    counts.set(instance_id, (counts.get(instance_id) ?? 0) + 1);
  }
  return counts;
}
