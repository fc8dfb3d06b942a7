import { describeWaits } from '../../../core/dump/waiting.ts';
import type { Progress } from '../../../core/model/activity.ts';
import { StallWatch } from '../../process/stall-watch.ts';
import type { RunContext } from '../../run/run-context.ts';
import type { DumpSession } from '../dump-session.ts';
import { processorTicks } from '../end-processes.ts';
import { stalled } from '../stopped.ts';
import { bytesBelow } from './output-tree.ts';

export interface ScriptWatchOptions {
  session: DumpSession;
  /** Folder of the script, with its output. */
  folder: string;
  context: RunContext;
  applicationName: string;
}

/**
 * Watches a script that makes a dump. Bytes that it writes anywhere in its folder or says, processor time of its processes
 * and sessions of its own that work on the server are progress; a script without any of them stands still.
 */
export class ScriptWatch {
  readonly #options: ScriptWatchOptions;
  readonly #stall: StallWatch;
  readonly #controller = new AbortController();
  readonly #cancel = (): void => this.#controller.abort(this.#options.context.signal.reason);

  constructor(options: ScriptWatchOptions) {
    this.#options = options;
    const { stallTimeoutMs } = options.context.limits;
    this.#stall = new StallWatch({
      timeoutMs: stallTimeoutMs,
      probe: () => this.#look(),
      onStall: (waiting) => this.#controller.abort(stalled(stallTimeoutMs, 'the script', waiting ?? 'for something')),
    });
    const { signal } = options.context;
    signal.addEventListener('abort', this.#cancel, { once: true });
    if (signal.aborted) this.#cancel();
    this.#report(0);
  }

  /** Aborted when the run is cancelled or stands still. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    this.#stall.touch();
  }

  /** @throws StoppedRun */
  throwIfStopped(): void {
    this.#controller.signal.throwIfAborted();
  }

  stop(): void {
    this.#stall.stop();
    this.#options.context.signal.removeEventListener('abort', this.#cancel);
  }

  async #look() {
    const { session, folder, applicationName } = this.#options;
    const [bytes, ticks] = [await bytesBelow(folder), await processorTicks(applicationName)];
    this.#report(bytes);
    const backends = (await session.backends()) ?? [];
    const working = backends.some((backend) => backend.working);
    return {
      mark: `${bytes} ${ticks}`,
      working,
      waitingFor: describeWaits(backends.map((backend) => backend.waiting)),
    };
  }

  #report(bytes: number): void {
    const none = { item: null, total_bytes: null, done_items: null, total_items: null };
    const progress: Progress = { ...none, stage: 'script', done_bytes: bytes };
    this.#options.context.onProgress(progress);
  }
}
