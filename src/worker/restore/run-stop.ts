import type { Outcome } from '../../core/model/outcome.ts';

/** Why a run is ended from outside of its own flow. */
export interface StopReason {
  outcome: Extract<Outcome, 'failed' | 'cancelled' | 'stalled'>;
  sentence: string;
  hint: string | null;
}

/** Thrown where a run notices that it has been stopped; the reason says the rest. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
}

/** The one switch that ends a run: cancelled, stalled, or its connection lost. The first reason counts. */
export class RunStop {
  readonly #controller = new AbortController();
  reason: StopReason | null = null;

  /** @param cancelled ends the run as cancelled when aborted */
  constructor(cancelled: AbortSignal) {
    const cancel = () => this.stop({ outcome: 'cancelled', sentence: 'the restore was cancelled', hint: null });
    if (cancelled.aborted) cancel();
    else cancelled.addEventListener('abort', cancel, { once: true, signal: this.signal });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(reason: StopReason): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.#controller.abort();
  }

  /** @throws RunStopped */
  check(): void {
    if (this.reason !== null) throw new RunStopped(this.reason.sentence);
  }
}
