import type { ChildProcess } from 'node:child_process';

export interface ProcessGroupOptions {
  /** Ends the group when aborted: SIGTERM, then SIGKILL after `graceMs`. */
  signal?: AbortSignal;
  graceMs?: number;
  onExit?: () => void;
}

const GRACE_MS = 10_000;
/** How long output is read on that nobody of the group can write any more. */
const LAST_WORDS_MS = 1_000;

/** The processes that a child with a group of its own has started, as far as they have stayed in that group. */
export class ProcessGroup {
  readonly #child: Pick<ChildProcess, 'pid' | 'stdout' | 'stderr'>;
  readonly #options: ProcessGroupOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stop = (): void => {
    this.#kill('SIGTERM');
    this.#timers.push(setTimeout(() => this.#kill('SIGKILL'), this.#options.graceMs ?? GRACE_MS));
  };

  constructor(child: Pick<ChildProcess, 'pid' | 'stdout' | 'stderr' | 'once'>, options: ProcessGroupOptions) {
    this.#child = child;
    this.#options = options;
    child.once('exit', () => this.#leaderEnded());
    options.signal?.addEventListener('abort', this.#stop, { once: true });
    if (options.signal?.aborted) this.#stop();
  }

  /** All of it is over; whoever is left in the group is killed. */
  end(): void {
    this.#options.signal?.removeEventListener('abort', this.#stop);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#kill('SIGKILL');
  }

  /** What it has left behind gets no time of its own, unless all of them were asked to end and have that time anyway. */
  #leaderEnded(): void {
    const { signal, graceMs = GRACE_MS, onExit } = this.#options;
    if (!signal?.aborted) this.#kill('SIGKILL');
    onExit?.();
    const wait = signal?.aborted ? graceMs + LAST_WORDS_MS : LAST_WORDS_MS;
    this.#timers.push(setTimeout(() => this.#closeOutput(), wait));
  }

  #closeOutput(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // nobody is left
    }
  }
}
