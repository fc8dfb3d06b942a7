/** What a look at a running piece of work shows. */
export interface StallProbe {
  /** Anything that changes when there is progress, such as a number of bytes. */
  mark: string;
  /** True: something works although nothing changes, such as a server that builds an index. */
  working: boolean;
  /** What it waits for, for people; null: not known. */
  waitingFor: string | null;
}

export interface StallWatchOptions {
  /** Time without any progress after which the work counts as stalled. */
  timeoutMs: number;
  /** Between two looks; default: a twentieth of the timeout, between 0.2 and 5 seconds. */
  intervalMs?: number;
  /** One that fails or does not come back is no progress. */
  probe(): Promise<StallProbe>;
  /** Called once. @param waitingFor as of the last look; a look that has not come back waits for the server */
  onStall(waitingFor: string | null): void;
}

/**
 * Watches work that can stand still for ever: a child process, a connection that was cut without a word. Time is counted
 * from look to look, and no step counts for more than two intervals: a machine that slept is not a stalled restore.
 */
export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #intervalMs: number;
  #idleMs = 0;
  #mark: string | null = null;
  #waitingFor: string | null = null;
  #probing = false;
  #last = performance.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? Math.min(5000, Math.max(200, options.timeoutMs / 20));
    this.#timer = setInterval(() => this.#look(), this.#intervalMs);
  }

  /** Says that there was progress just now, such as a line of output. */
  touch(): void {
    this.#idleMs = 0;
    this.#waitingFor = null;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = performance.now();
    this.#idleMs += Math.min(now - this.#last, 2 * this.#intervalMs);
    this.#last = now;
    if (this.#idleMs >= this.#options.timeoutMs) {
      this.stop();
      this.#options.onStall(this.#probing ? 'for an answer of the server' : this.#waitingFor);
    } else if (!this.#probing) void this.#probe();
  }

  async #probe(): Promise<void> {
    this.#probing = true;
    try {
      const { mark, working, waitingFor } = await this.#options.probe();
      if (working || mark !== this.#mark) this.touch();
      else this.#waitingFor = waitingFor;
      this.#mark = mark;
    } catch {
      // whoever the probe asks may be what stands still
    } finally {
      this.#probing = false;
    }
  }
}
