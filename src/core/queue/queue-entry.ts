import type { DumpEntry, QueueEntry, RestoreEntry } from './queue-entry-schema.ts';

// Without the schema, which a tick with an empty queue does not need.
export type { DumpEntry, QueueEntry, RestoreEntry };

/** The instance that an entry works on. */
export function instanceOf(entry: QueueEntry): DumpEntry['instance'] {
  return entry.kind === 'dump' ? entry.instance : entry.destination;
}

/**
 * The name of an entry: one per job, except that a restore job waits once for each dump that triggered it, and that a run
 * by hand does not take the place of the scheduled one.
 */
export function entryName(entry: QueueEntry): string {
  if (entry.trigger_kind === 'manual') return `${entry.kind}-${entry.job.id}-manual`;
  if (entry.trigger_kind === 'dump') return `${entry.kind}-${entry.job.id}-${entry.dump_uuid}`;
  return `${entry.kind}-${entry.job.id}`;
}

/** The order in which entries start: as they came; the restores of one dump by position. */
export function inOrder(entries: readonly QueueEntry[]): QueueEntry[] {
  return [...entries].sort(
    (a, b) =>
      a.queued_at.getTime() - b.queued_at.getTime() || positionOf(a) - positionOf(b) || (a.uuid < b.uuid ? -1 : 1),
  );
}

/**
 * True if an entry has to wait for another one: restores that a dump triggers start when the dump's own entry is gone.
 * Its removal is the moment at which the dump is done; before that, whoever takes it over after a crash writes the same
 * restores again.
 */
export function mustWait(entry: QueueEntry, entries: readonly QueueEntry[]): boolean {
  if (entry.kind !== 'restore' || entry.trigger_kind !== 'dump') return false;
  return entries.some((other) => other.kind === 'dump' && other.uuid === entry.dump_uuid);
}

/** True for a single job that was claimed and on which nobody has started, so that it can still be taken back. */
export function isUnstartedClaim({ trigger_kind, attempts }: QueueEntry): boolean {
  return trigger_kind === 'single' && attempts === 0;
}

function positionOf(entry: QueueEntry): number {
  return entry.kind === 'restore' ? entry.position : 0;
}
