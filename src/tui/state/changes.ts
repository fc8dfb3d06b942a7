import type { ListState } from '../list/list-state.ts';
import { show } from '../list/move.ts';
import { layoutOf } from '../view/layout.ts';
import { type AppState, currentView, type DetailsState, type Flash, type OverviewPart } from './app-state.ts';
import type { Layer } from './layers.ts';

/** Changes the list on the screen, if there is one; its view stays where its cursor is. */
export function changeList(state: AppState, change: (list: ListState, height: number) => ListState): AppState {
  const view = currentView(state);
  const list = view.kind === 'list' ? state.lists[view.key] : undefined;
  if (list === undefined) return state;
  return putList(state, change(list, layoutOf(state).listHeight));
}

export function putList(state: AppState, list: ListState): AppState {
  return state.lists[list.key] === list ? state : { ...state, lists: { ...state.lists, [list.key]: list } };
}

export function putDetails(state: AppState, key: string, change: Partial<DetailsState>): AppState {
  const before = state.details[key];
  if (before === undefined) return state;
  return { ...state, details: { ...state.details, [key]: { ...before, ...change } } };
}

export const flash = (state: AppState, text: string, level: Flash['level'] = 'info'): AppState => ({
  ...state,
  flash: { text, level },
});

export const openLayer = (state: AppState, layer: Layer): AppState => ({ ...state, layers: [...state.layers, layer] });

export const closeLayer = (state: AppState): AppState => ({ ...state, layers: state.layers.slice(0, -1) });

/** Puts another layer in the place of the top one. */
export function changeLayer<Kind extends Layer['kind']>(
  state: AppState,
  kind: Kind,
  change: (layer: Extract<Layer, { kind: Kind }>) => Layer,
): AppState {
  const top = state.layers[state.layers.length - 1];
  if (top?.kind !== kind) return state;
  return { ...state, layers: [...state.layers.slice(0, -1), change(top as Extract<Layer, { kind: Kind }>)] };
}

export function wantOverview(state: AppState, parts: readonly OverviewPart[]): AppState {
  const missing = parts.filter((part) => !state.overview.wanted.has(part));
  if (missing.length === 0) return state;
  return { ...state, overview: { ...state.overview, wanted: new Set([...state.overview.wanted, ...missing]) } };
}

/** Another size: what the cursor is on stays in view. */
export function resize(state: AppState, size: AppState['size']): AppState {
  if (size.columns === state.size.columns && size.rows === state.size.rows) return state;
  const resized = { ...state, size };
  const { listHeight } = layoutOf(resized);
  const lists = Object.fromEntries(Object.entries(state.lists).map(([key, list]) => [key, show(list, listHeight)]));
  return { ...resized, lists };
}
