import type { ListState } from '../list/list-state.ts';
import { listScreen } from '../screens/screens.ts';
import { type AppState, currentView, topLayer } from '../state/app-state.ts';
import { changeLayer, changeList, putDetails } from '../state/changes.ts';
import { detailsView, listView, open } from '../state/navigate.ts';
import type { Theme } from '../theme/theme.ts';
import { createTheme } from '../theme/theme.ts';
import { detailsLines } from '../view/details-body.ts';
import { helpLines } from '../view/help-body.ts';
import { layoutOf } from '../view/layout.ts';
import { lineOfTarget, overviewColumns, overviewTargets } from '../view/overview-body.ts';
import { clampScroll } from '../view/text-window.ts';
import type { Program } from './program.ts';

type Step = 'line' | 'page' | 'all';

/** Numbers of lines do not depend on the looks. */
const PLAIN: Theme = createTheme({ color: false, ascii: true });

/** Moves in whatever is on the screen: the cursor of a list or of the overview, the text of details and help. */
export function scrollView(
  { store }: Program,
  inList: (list: ListState, height: number) => ListState,
  direction: 1 | -1,
  step: Step,
): void {
  store.update((state) => {
    if (topLayer(state)?.kind === 'help') return scrollHelp(state, direction, step);
    const view = currentView(state);
    if (view.kind === 'list') return changeList(state, inList);
    return view.kind === 'overview' ? moveInOverview(state, direction, step) : scrollDetails(state, direction, step);
  });
}

function distance(step: Step, height: number): number {
  if (step === 'all') return Number.POSITIVE_INFINITY;
  return step === 'page' ? Math.max(1, height - 1) : 1;
}

/** A place in a text that may have been longer before: bounded, then moved, then bounded again. */
function scrolled(scroll: number, by: number, lines: number, height: number): number {
  return clampScroll(clampScroll(scroll, lines, height) + by, lines, height);
}

function scrollHelp(state: AppState, direction: 1 | -1, step: Step): AppState {
  const { width, bodyHeight } = layoutOf(state);
  const lines = helpLines(width, PLAIN).length;
  const by = direction * distance(step, bodyHeight);
  return changeLayer(state, 'help', (layer) => ({ ...layer, scroll: scrolled(layer.scroll, by, lines, bodyHeight) }));
}

function scrollDetails(state: AppState, direction: 1 | -1, step: Step): AppState {
  const view = currentView(state);
  if (view.kind !== 'details') return state;
  const { width, bodyHeight } = layoutOf(state);
  const lines = detailsLines(state, view, width, PLAIN).length;
  const by = direction * distance(step, bodyHeight);
  const scroll = scrolled(state.details[view.key]?.scroll ?? 0, by, lines, bodyHeight);
  return putDetails(state, view.key, { scroll });
}

function moveInOverview(state: AppState, direction: 1 | -1, step: Step): AppState {
  const layout = layoutOf(state);
  const columns = overviewColumns(state, layout, PLAIN);
  const last = overviewTargets(columns).length - 1;
  const before = Math.min(state.overview.cursor, last);
  const cursor = Math.max(0, Math.min(last, before + direction * distance(step, 6)));
  const line = lineOfTarget(columns, cursor);
  const { top } = state.overview;
  const height = layout.bodyHeight;
  // The heading above the first line that leads somewhere is worth seeing too.
  const shown = cursor === 0 ? 0 : line < top ? line : line >= top + height ? line - height + 1 : top;
  return { ...state, overview: { ...state.overview, cursor, top: shown } };
}

export function enterOverview({ store }: Program): void {
  store.update((state) => {
    const targets = overviewTargets(overviewColumns(state, layoutOf(state), PLAIN));
    const target = targets[Math.min(state.overview.cursor, targets.length - 1)];
    if (target === undefined) return state;
    if (target.kind === 'list') return open(state, listView(target.screen, target.scope, target.name));
    if (target.row !== null) return open(state, detailsView(target.screen, target.row), target.row);
    const name = `${listScreen(target.screen).noun} ${target.id}`;
    return open(state, {
      kind: 'details',
      key: `${target.screen} #${target.id}`,
      screen: target.screen,
      id: target.id,
      name,
    });
  });
}
