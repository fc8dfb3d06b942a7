import { currentRow, type ListRow, newList } from '../list/list-state.ts';
import type { Link } from '../screens/screen.ts';
import type { Destination } from '../screens/screens.ts';
import { listScreen } from '../screens/screens.ts';
import { type AppState, currentView, type DetailsView, type ListView, OVERVIEW, type View } from './app-state.ts';
import { wantOverview } from './changes.ts';

/** Lists and details that no way leads back to are forgotten, except the whole lists. */
function forget(state: AppState): AppState {
  const views = [...state.stack, ...(state.previous ?? [])];
  const kept = new Set(views.map(({ key }) => key));
  const lists = Object.entries(state.lists).filter(
    ([key, list]) => kept.has(key) || Object.keys(list.scope).length === 0,
  );
  const details = Object.entries(state.details).filter(([key]) => kept.has(key));
  return { ...state, lists: Object.fromEntries(lists), details: Object.fromEntries(details) };
}

/** The view with what it needs in the state; what is known of it already is marked as out of date. */
function arrive(state: AppState, view: View, row: ListRow | null = null): AppState {
  if (view.kind === 'overview') return wantOverview(state, ['now', 'day', 'plan', 'store']);
  if (view.kind === 'details') {
    const known = state.details[view.key];
    const fresh = { row, extra: null, scroll: 0, wrap: true, wanted: true, gone: false, error: null };
    const details = known === undefined ? fresh : { ...known, row: row ?? known.row, wanted: true };
    return { ...state, details: { ...state.details, [view.key]: details } };
  }
  const known = state.lists[view.key];
  const list =
    known === undefined
      ? newList(view.key, view.screen, view.scope, listScreen(view.screen).sort)
      : { ...known, stale: true, countWanted: true };
  return { ...state, lists: { ...state.lists, [view.key]: list }, paneRow: currentRow(list)?.id ?? null };
}

export function listView(screen: ListView['screen'], scope: ListView['scope'], name: string | null): ListView {
  const suffix = Object.keys(scope).length === 0 ? '' : ` ${JSON.stringify(scope)}`;
  return { kind: 'list', key: `${screen}${suffix}`, screen, scope, name };
}

/** Goes to one of the places with a name, from wherever we are; `q` leads back to the overview from there. */
export function goTo(state: AppState, destination: Destination): AppState {
  if (destination.screen === 'overview') return jump(state, [OVERVIEW]);
  const scope = destination.scope ?? {};
  const name = destination.scope === undefined ? null : destination.title.toLowerCase();
  return jump(state, [OVERVIEW, listView(destination.screen, scope, name)]);
}

function jump(state: AppState, stack: readonly View[]): AppState {
  const view = stack[stack.length - 1] ?? OVERVIEW;
  if (view.key === currentView(state).key) return arrive(state, view);
  return forget(arrive({ ...state, stack, previous: state.stack }, view));
}

/** One step deeper. */
export function open(state: AppState, view: View, row: ListRow | null = null): AppState {
  if (view.key === currentView(state).key) return state;
  // A way that leads in circles is cut short.
  const at = state.stack.findIndex(({ key }) => key === view.key);
  const stack = at >= 0 ? state.stack.slice(0, at + 1) : [...state.stack, view];
  return forget(arrive({ ...state, stack }, view, row));
}

export function openLink(state: AppState, link: Link): AppState {
  return open(state, listView(link.screen, link.scope, link.name));
}

export function detailsView(screen: ListView['screen'], row: ListRow): DetailsView {
  return { kind: 'details', key: `${screen} #${row.id}`, screen, id: row.id, name: listScreen(screen).name(row) };
}

/** One step back; null: there is none, the program ends. */
export function back(state: AppState): AppState | null {
  if (state.stack.length <= 1) return null;
  const stack = state.stack.slice(0, -1);
  return forget(arrive({ ...state, stack }, stack[stack.length - 1] ?? OVERVIEW));
}

/** To where we were before the last jump. */
export function goToPrevious(state: AppState): AppState | null {
  return state.previous === null ? null : jump(state, state.previous);
}
