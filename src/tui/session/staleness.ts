import { listScreen } from '../screens/screens.ts';
import { type AppState, currentView, type OverviewPart } from '../state/app-state.ts';
import { putDetails, putList, wantOverview } from '../state/changes.ts';

const PULSE: readonly string[] = ['worker', 'activity', 'dump', 'restore_run'];
const OVERVIEW_PARTS: Readonly<Record<OverviewPart, readonly string[]>> = {
  now: ['activity', 'worker'],
  day: ['dump', 'restore_run'],
  plan: ['dump_job', 'restore_job', 'instance', 'database'],
  store: ['repository'],
};

/** Rows of these tables changed: what shows them is to be read again. */
export function tablesChanged(state: AppState, tables: ReadonlySet<string>): AppState {
  if (state.frozen) return state;
  const touches = (names: readonly string[]): boolean => names.some((name) => tables.has(name));
  const parts = (Object.keys(OVERVIEW_PARTS) as OverviewPart[]).filter((part) => touches(OVERVIEW_PARTS[part]));
  const marked = touches(PULSE) ? { ...state, pulseWanted: true } : state;
  const view = currentView(marked);
  if (view.kind === 'overview') return wantOverview(marked, parts);
  return touches(listScreen(view.screen).tables) ? viewIsStale(marked, true) : marked;
}

/**
 * Time has passed without a word from the catalog, which may be because a pooler swallows its notifications: what is on
 * the screen is read again. `thorough`: also what takes longer.
 */
export function timePassed(state: AppState, thorough: boolean): AppState {
  if (state.frozen) return state;
  const marked = { ...state, pulseWanted: true };
  if (currentView(state).kind === 'overview') {
    return wantOverview(marked, thorough ? ['now', 'day', 'plan', 'store'] : ['now', 'day']);
  }
  return viewIsStale(marked, thorough);
}

/** Everything on the screen is read again, frozen or not. */
export function everythingIsStale(state: AppState): AppState {
  const marked = wantOverview({ ...state, pulseWanted: true }, ['now', 'day', 'plan', 'store']);
  return viewIsStale(marked, true);
}

function viewIsStale(state: AppState, count: boolean): AppState {
  const view = currentView(state);
  if (view.kind === 'details') return putDetails(state, view.key, { wanted: true });
  const list = view.kind === 'list' ? state.lists[view.key] : undefined;
  if (list === undefined) return state;
  return putList(state, { ...list, stale: true, countWanted: list.countWanted || count });
}
