import type { Progress } from '../../../core/model/activity.ts';
import { type StallProbe, StallWatch } from '../../process/stall-watch.ts';
import type { DumpSession } from '../dump-session.ts';
import { waitingOf } from '../waiting-of.ts';

export interface ClusterWatchOptions {
  session: DumpSession;
  /** Bytes that have come so far. */
  bytes(): number;
  /** True while the repository has not taken what has come. */
  waitsForRepository(): boolean;
  databases: number;
  expectedBytes: number | null;
  stallTimeoutMs: number;
  onProgress(progress: Progress): void;
  /** @param who stood still, such as `pg_dumpall`; @param waiting what it waited for */
  onStall(who: string, waiting: string): void;
}

const LOOK_EVERY_MS = 1_000;
/** How long a look waits for the server to say what the sessions do. */
const ANSWER_WITHIN_MS = 500;

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
    const { stallTimeoutMs: timeoutMs } = options;
    this.#stall = new StallWatch({
      timeoutMs,
      intervalMs: Math.max(50, Math.min(LOOK_EVERY_MS, timeoutMs / 5)),
      probe: () => this.#look(),
      onStall: (waiting) => {
        if (options.waitsForRepository()) options.onStall('the dump', 'for the repository');
        else options.onStall('pg_dumpall', waiting ?? 'for an answer of the server');
      },
    });
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
    const backends = (await session.backends(ANSWER_WITHIN_MS)) ?? [];
    this.waiting = waitingOf(backends);
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
