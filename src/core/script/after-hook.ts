import type { AfterHookState } from '../queue/queue-entry-schema.ts';

/** As of the work itself: what ends its process twice is not tried for ever. */
const MOST_STARTS = 2;

/**
 * What is to be done about the script after a run, by what its queue entry says: it has not been run, or its process died
 * while it ran (`run`), it died too often (`given up`), or it has ended, which is not done twice.
 */
export function afterHookStep(state: AfterHookState | undefined): 'run' | 'given up' | 'ended' {
  if (state === undefined) return 'run';
  if (state.ended) return 'ended';
  return state.starts < MOST_STARTS ? 'run' : 'given up';
}
