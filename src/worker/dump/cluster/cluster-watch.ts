import { describeWaits } from '../../../core/dump/waiting.ts';
import type { Progress } from '../../../core/model/activity.ts';
import type { StallProbe, StallWatch } from '../../process/stall-watch.ts';
import type { DumpSession } from '../dump-session.ts';
import { type WatchedDump, watchForStall } from '../dump-stall.ts';

export interface ClusterWatchOptions extends Omit<WatchedDump, 'program' | 'probe'> {
  session: DumpSession;
  /** Bytes that have come so far. */
  bytes(): number;
  databases: number;
  expectedBytes: number | null;
  onProgress(progress: Progress): void;
}

/** Watches pg_dumpall: tells how far it is, and finds out when it stands still. */
export class ClusterWatch {
  /** What it was last seen waiting for; null: for nothing. */
  waiting: string | null = null;
  readonly #options: ClusterWatchOptions;
  readonly #stall: StallWatch;
  #database: string | null = null;
  #begun = 0;

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
    this.#stall = watchForStall({ ...options, program: 'pg_dumpall', probe: () => this.#look() });
  }

  /** A line of its standard error. */
  line(line: string): void {
    this.#stall.touch();
    const database = /^pg_dumpall: dumping database "(.*?)"?$/.exec(line)?.[1];
    if (database === undefined) return;
    this.#database = database;
    this.#begun += 1;
  }

  stop(): void {
    this.#stall.stop();
    this.#report();
  }

  async #look(): Promise<StallProbe> {
    const { session, bytes } = this.#options;
    const backends = (await session.backends()) ?? [];
    this.waiting = describeWaits(backends.map(({ waiting }) => waiting));
    this.#report();
    return { mark: String(bytes()), working: backends.some(({ working }) => working), waitingFor: this.waiting };
  }

  #report(): void {
    const { bytes, expectedBytes, databases, onProgress } = this.#options;
    const done = bytes();
    onProgress({
      stage: 'dumping',
      item: this.#database,
      done_bytes: done,
      total_bytes: expectedBytes === null ? null : Math.max(expectedBytes, done),
      done_items: Math.max(0, this.#begun - 1),
      total_items: Math.max(databases, this.#begun),
    });
  }
}
