import { currentRow } from '../list/list-state.ts';
import { type AppState, currentList, currentView } from '../state/app-state.ts';
import type { Store } from '../state/store.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The pane waits until the cursor rests: rows that are only passed need not be told of, least of all over a slow line. */
const PANE_REST_MS = 150;

/** What happens by itself: the clock goes on, the pane follows the cursor. */
export function createTimers(store: Store): { stop(): void } {
  let clock: NodeJS.Timeout | undefined;
  let paneTimer: NodeJS.Timeout | undefined;
  let paneGoal: AppState['paneRow'] = null;

  const tick = (): void => {
    store.update((state) => ({ ...state, now: new Date() }));
    schedule();
  };
  // Minutes are enough, unless something that runs is in view: then every second counts.
  const schedule = (): void => {
    clearTimeout(clock);
    const step = somethingRuns(store.get()) ? SECOND : MINUTE;
    clock = setTimeout(tick, step - (Date.now() % step) + 5);
    clock.unref();
  };

  const follow = (): void => {
    const state = store.get();
    const list = currentList(state);
    const goal = list === null ? null : (currentRow(list)?.id ?? null);
    if (goal === paneGoal) return;
    paneGoal = goal;
    clearTimeout(paneTimer);
    const arrive = (): void => store.update((now) => (now.paneRow === goal ? now : { ...now, paneRow: goal }));
    if (state.paneRow === null) arrive();
    else paneTimer = setTimeout(arrive, PANE_REST_MS);
  };

  let ran = false;
  const unsubscribe = store.subscribe(() => {
    follow();
    const runs = somethingRuns(store.get());
    if (runs !== ran) {
      ran = runs;
      schedule();
    }
  });
  schedule();
  return {
    stop() {
      clearTimeout(clock);
      clearTimeout(paneTimer);
      unsubscribe();
    },
  };
}

function somethingRuns(state: AppState): boolean {
  const view = currentView(state);
  if (state.frozen) return false;
  if (view.kind === 'overview') return (state.overview.running?.length ?? 0) > 0;
  if (view.kind === 'list' && view.screen === 'activity') return (state.lists[view.key]?.rows.length ?? 0) > 0;
  return view.kind === 'details' && view.screen === 'activity';
}
