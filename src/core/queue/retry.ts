const MINUTE = 60_000;

/** How long a run waits before each further try; then it has failed. */
const WAITS_MS = [1 * MINUTE, 5 * MINUTE, 15 * MINUTE];

/** When a run is tried again that failed for something that may pass; null: not any more. @param retries so far */
export function nextTry(retries: number, now: Date): Date | null {
  const wait = WAITS_MS[retries];
  return wait === undefined ? null : new Date(now.getTime() + wait);
}

/** True while an entry that was put off waits. A clock that was put back does not make it wait any longer. */
export function isPutOff(notBefore: Date | undefined, now: Date): boolean {
  if (notBefore === undefined) return false;
  const waitMs = notBefore.getTime() - now.getTime();
  return waitMs > 0 && waitMs <= Math.max(...WAITS_MS);
}
