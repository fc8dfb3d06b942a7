/** A run that was ended before its end: cancelled by somebody, or by us because nothing happened any more. */
export class StoppedRun extends Error {
  override readonly name = 'StoppedRun';
  readonly outcome: 'cancelled' | 'stalled';

  constructor(outcome: 'cancelled' | 'stalled', message: string) {
    super(message);
    this.outcome = outcome;
  }
}

export const cancelled = (): StoppedRun => new StoppedRun('cancelled', 'the dump was cancelled');

/** @param waiting what it waited for, such as `for a lock on …` */
export function stalled(timeoutMs: number, who: string, waiting: string): StoppedRun {
  const seconds = timeoutMs / 1000;
  const text = seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`;
  return new StoppedRun('stalled', `no progress for ${text}: ${who} waited ${waiting}`);
}

/**
 * Waits for work on the server that cannot be interrupted, but not for ever.
 * @throws StoppedRun when the run is cancelled, or the work takes longer than `timeoutMs`
 */
export async function withinLimits<T>(
  work: Promise<T>,
  limits: { signal: AbortSignal; timeoutMs: number },
  waiting: string,
): Promise<T> {
  const { signal, timeoutMs } = limits;
  if (signal.aborted) throw cancelled();
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const limit = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort);
    timer = setTimeout(() => reject(stalled(timeoutMs, 'the dump', waiting)), timeoutMs);
  });
  work.catch(() => {}); // when the limit comes first, nobody waits for the work any more
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits for work that does not listen to the signal itself. @throws the signal's reason */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {}); // when the signal comes first, nobody waits for the work any more
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
