import { type DumpTrack, NO_TRACK } from '../../core/dump/dump-progress.ts';
import { describeWaits } from '../../core/dump/waiting.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { StallProbe, StallWatch } from '../process/stall-watch.ts';
import type { DumpSession } from './dump-session.ts';
import { type WatchedDump, watchForStall } from './dump-stall.ts';
import { bytesOf, stagedFiles } from './staging.ts';
import type { StagingIntake } from './staging-intake.ts';

export interface DumpWatchOptions extends Pick<WatchedDump, 'stallTimeoutMs' | 'onStall'> {
  directory: string;
  session: DumpSession;
  intake: StagingIntake;
  /** What all data are expected to take; null: not known. */
  expectedBytes: number | null;
  onProgress(progress: Progress): void;
}

/** Watches a dump from the start of pg_dump until all is stored: tells how far it is, and finds out when it stands still. */
export class DumpWatch {
  /** What pg_dump was last seen waiting for, such as `for a lock on …`; null: for nothing. */
  waiting: string | null = null;
  track: DumpTrack = NO_TRACK;
  /** Items with data; null: not known yet. */
  totalItems: number | null = null;
  readonly #options: DumpWatchOptions;
  readonly #stall: StallWatch;
  /** Set when pg_dump has ended: bytes and files of the whole dump. */
  #storing: { bytes: number; files: number } | null = null;
  #stagedBytes = 0;
  #notBefore = 0;

  constructor(options: DumpWatchOptions) {
    this.#options = options;
    this.#stall = watchForStall({
      program: 'pg_dump',
      stallTimeoutMs: options.stallTimeoutMs,
      waitsForRepository: () => this.#storing !== null,
      probe: () => this.#look(),
      onStall: options.onStall,
    });
  }

  /** Says that pg_dump has written a line, or something else has happened. */
  touch(): void {
    this.#stall.touch();
  }

  /** pg_dump has ended; what follows is storing. */
  storing(bytes: number, files: number): void {
    this.#storing = { bytes, files };
    this.#stall.touch();
    this.#report();
  }

  stop(): void {
    this.#stall.stop();
    if (this.#storing !== null) this.#report();
  }

  async #look(): Promise<StallProbe> {
    const { session, intake } = this.#options;
    let working = false;
    if (this.#storing === null) {
      await this.#measure();
      const backends = await session.backends();
      if (backends !== null) this.waiting = describeWaits(backends.map(({ waiting }) => waiting));
      working = backends?.some((backend) => backend.working) === true;
    }
    this.#report();
    return { mark: `${this.#stagedBytes} ${intake.readBytes}`, working, waitingFor: this.waiting };
  }

  /** Adds up what lies in staging. Thousands of files take a while: that must not become the main work. */
  async #measure(): Promise<void> {
    const begunAt = performance.now();
    if (begunAt < this.#notBefore) return;
    this.#stagedBytes = bytesOf(await stagedFiles(this.#options.directory));
    const endedAt = performance.now();
    this.#notBefore = endedAt + 10 * (endedAt - begunAt);
  }

  #report(): void {
    const { intake, onProgress } = this.#options;
    if (this.#storing !== null) {
      const { bytes, files } = this.#storing;
      onProgress({
        stage: 'storing',
        item: intake.item,
        done_bytes: intake.readBytes,
        total_bytes: bytes,
        done_items: intake.stored.length,
        total_items: files,
      });
      return;
    }
    const bytes = this.#stagedBytes + intake.storedBytes;
    const { expectedBytes } = this.#options;
    onProgress({
      stage: 'dumping',
      item: this.track.item,
      done_bytes: bytes,
      total_bytes: expectedBytes === null ? null : Math.max(expectedBytes, bytes),
      done_items: this.track.doneItems,
      total_items: this.totalItems,
    });
  }
}
