import * as z from 'zod';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { addHandled, type HandledStretch, lastHandled } from '../../core/schedule/handled-runs.ts';
import { BrokenFileError, readJson, writeJson } from '../files/json-file.ts';

const stateSchema = z.object({
  format: z.literal(1),
  /** Job numbers mean something in this catalog only. */
  catalog_id: z.string(),
  /** By `dump-<id>` or `restore-<id>`: which due times were dealt with. */
  handled: z.record(z.string(), z.array(z.object({ from: z.coerce.date(), to: z.coerce.date() }))),
  /** Nothing becomes due before `next_at` as long as the configuration is still the one that was `read_at`. */
  quiet: z
    .object({ read_at: z.coerce.date(), looked_at: z.coerce.date(), next_at: z.coerce.date().nullable() })
    .nullable(),
});
type State = z.infer<typeof stateSchema>;
type JobKey = { kind: 'dump' | 'restore'; id: number };

/**
 * What a worker remembers of its schedules (`state/schedule.json`). Written after the queue entries that it answers for
 * and under the queue's lock; an entry that it does not know of yet is taken up by whoever holds the lock next. So every
 * due time is run once, whoever is killed when.
 */
export class ScheduleState {
  private readonly path: string;
  private state: State;
  private changed = false;

  private constructor(path: string, state: State) {
    this.path = path;
    this.state = state;
  }

  /**
   * A state of another catalog, or one that cannot be read, is begun anew; `broken` says why.
   * `catalogId` null: not known just now, the state is taken as it is.
   */
  static async load(path: string, catalogId: string | null): Promise<{ state: ScheduleState; broken: string | null }> {
    let broken: string | null = null;
    const found = await readJson(path, stateSchema).catch((error: unknown) => {
      if (!(error instanceof BrokenFileError)) throw error;
      broken = error.message;
      return undefined;
    });
    const usable = catalogId === null || found?.catalog_id === catalogId ? found : undefined;
    const fresh: State = { format: 1, catalog_id: catalogId ?? '', handled: {}, quiet: null };
    return { state: new ScheduleState(path, usable ?? fresh), broken };
  }

  lastHandled(job: JobKey, now: Date): Date | null {
    return lastHandled(this.stretchesOf(job), now);
  }

  /** Notes a due time as dealt with; `skipped`: others before it were passed over. */
  handle(job: JobKey, dueAt: Date, skipped: boolean): void {
    const before = this.stretchesOf(job);
    const after = addHandled(before, dueAt, skipped);
    if (after === before) return;
    this.state.handled[`${job.kind}-${job.id}`] = [...after];
    this.changed = true;
  }

  /** Takes up scheduled entries that were written by a process that died before it could say so here. */
  takeUp(entries: readonly QueueEntry[]): void {
    for (const entry of entries) {
      if (entry.trigger_kind !== 'schedule' || entry.due_at === null) continue;
      this.handle({ kind: entry.kind, id: entry.job.id }, entry.due_at, false);
    }
  }

  /** True if it is certain that nothing is due, by what was worked out before. */
  isQuiet(readAt: Date, now: Date): boolean {
    const { quiet } = this.state;
    if (quiet === null || quiet.read_at.getTime() !== readAt.getTime() || now < quiet.looked_at) return false;
    return quiet.next_at === null || now < quiet.next_at;
  }

  /** `nextAt` null: nothing ever becomes due with this configuration. */
  setQuiet(readAt: Date, lookedAt: Date, nextAt: Date | null): void {
    this.state.quiet = { read_at: readAt, looked_at: lookedAt, next_at: nextAt };
    this.changed = true;
  }

  /** Forgets jobs that are gone and did nothing since `before`; one that comes back soon must not run again. */
  keepOnly(jobs: readonly JobKey[], before: Date): void {
    const wanted = new Set(jobs.map(({ kind, id }) => `${kind}-${id}`));
    for (const [key, stretches] of Object.entries(this.state.handled)) {
      if (wanted.has(key) || stretches.some(({ to }) => to > before)) continue;
      delete this.state.handled[key];
      this.changed = true;
    }
  }

  async save(): Promise<void> {
    if (this.changed) await writeJson(this.path, this.state);
    this.changed = false;
  }

  private stretchesOf({ kind, id }: JobKey): readonly HandledStretch[] {
    return this.state.handled[`${kind}-${id}`] ?? [];
  }
}
