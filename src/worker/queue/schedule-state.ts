import * as z from 'zod';
import type { QueueEntry } from '../../core/queue/queue-entry.ts';
import { addHandled, type HandledStretch, lastHandled } from '../../core/schedule/handled-runs.ts';
import { BrokenFileError, readJson, writeJson } from '../files/json-file.ts';

const stateSchema = z.object({
  format: z.literal(1),
  /** Job numbers mean something in this catalog only. */
  catalog_id: z.string(),
  /**
   * By `dump-<id>` or `restore-<id>`: which due times were dealt with. They stay text, as most jobs have nothing to do:
   * to turn the times of hundreds of jobs into dates and back cost most of a tick's look at its schedules.
   */
  handled: z.record(z.string(), z.array(z.object({ from: z.iso.datetime(), to: z.iso.datetime() }))),
  /**
   * When each job of the configuration that was `read_at` has to be looked at again, in milliseconds since 1970, which
   * are quick to read; null: never. Worked out by clocks that said `looked_at` at the latest.
   */
  ahead: z
    .object({
      read_at: z.coerce.date(),
      looked_at: z.coerce.date(),
      next: z.record(z.string(), z.number().nullable()),
    })
    .nullable()
    .default(null),
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
    const fresh: State = { format: 1, catalog_id: catalogId ?? '', handled: {}, ahead: null };
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
    this.state.handled[keyOf(job)] = after.map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() }));
    this.changed = true;
  }

  /** Takes up scheduled entries that were written by a process that died before it could say so here. */
  takeUp(entries: readonly QueueEntry[]): void {
    for (const entry of entries) {
      if (entry.trigger_kind !== 'schedule' || entry.due_at === null) continue;
      this.handle({ kind: entry.kind, id: entry.job.id }, entry.due_at, false);
    }
  }

  /** False: nothing is known of when these jobs are due, or a clock that went back makes it worthless. */
  knowsAhead(readAt: Date, now: Date): boolean {
    const { ahead } = this.state;
    return ahead !== null && ahead.read_at.getTime() === readAt.getTime() && now >= ahead.looked_at;
  }

  /** Forgets when jobs are due: another configuration may want other times. */
  beginAhead(readAt: Date, now: Date): void {
    this.state.ahead = { read_at: readAt, looked_at: now, next: {} };
    this.changed = true;
  }

  /** True if it is certain that no job is due, by what was worked out before. */
  isQuiet(now: Date): boolean {
    return Object.values(this.state.ahead?.next ?? {}).every((at) => at === null || now.getTime() < at);
  }

  /** False if it is certain that the job is not due. */
  mayBeDue(job: JobKey, now: Date): boolean {
    const at = this.state.ahead?.next[keyOf(job)];
    return at === undefined || (at !== null && at <= now.getTime());
  }

  /** Notes when the job is to be looked at again; null: never with this configuration. */
  lookAgain(job: JobKey, at: Date | null, now: Date): void {
    const { ahead } = this.state;
    if (ahead === null) return;
    ahead.next[keyOf(job)] = at?.getTime() ?? null;
    ahead.looked_at = now;
    this.changed = true;
  }

  /** Forgets jobs that are gone and did nothing since `before`; one that comes back soon must not run again. */
  keepOnly(jobs: readonly JobKey[], before: Date): void {
    const wanted = new Set(jobs.map(keyOf));
    for (const [key, stretches] of Object.entries(this.state.handled)) {
      if (wanted.has(key) || stretches.some(({ to }) => new Date(to) > before)) continue;
      delete this.state.handled[key];
      this.changed = true;
    }
  }

  async save(): Promise<void> {
    if (this.changed) await writeJson(this.path, this.state);
    this.changed = false;
  }

  private stretchesOf(job: JobKey): readonly HandledStretch[] {
    const stretches = this.state.handled[keyOf(job)] ?? [];
    return stretches.map(({ from, to }) => ({ from: new Date(from), to: new Date(to) }));
  }
}

const keyOf = ({ kind, id }: JobKey): string => `${kind}-${id}`;
