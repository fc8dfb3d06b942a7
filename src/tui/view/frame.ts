import { type AppState, currentView, topLayer } from '../state/app-state.ts';
import type { DialogLayer, MenuLayer, ScheduleLayer } from '../state/layers.ts';
import { MINIMUM_COLUMNS, MINIMUM_ROWS } from '../terminal/check-terminal.ts';
import { cut } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';
import { bottomLines } from './bottom.ts';
import { detailsBody } from './details-body.ts';
import { headerLine, listPlace, titleLine } from './header.ts';
import { helpLines } from './help-body.ts';
import { type Layout, layoutOf } from './layout.ts';
import { listBody } from './list-body.ts';
import { overviewBody } from './overview-body.ts';
import { panelHeight } from './panel-size.ts';
import { type Body, textWindow } from './text-window.ts';

/** Layers that are drawn by components, over the lower part of the body. */
type PanelLayer = MenuLayer | DialogLayer | ScheduleLayer;

/** A frame: lines above the panel, the panel (null: none), lines below it. Together as high as the layout says. */
export interface Frame {
  above: readonly string[];
  panel: { layer: PanelLayer; height: number; focused: boolean } | null;
  below: readonly string[];
}

export function frameOf(state: AppState, theme: Theme): Frame {
  const layout = layoutOf(state);
  if (layout.tooSmall) return { above: tooSmallLines(state, layout), panel: null, below: [] };
  const panel = panelOf(state, layout);
  const bodyHeight = layout.bodyHeight - (panel?.height ?? 0);
  const body = bodyOf(state, layout, theme);
  const lines = body.lines.slice(0, bodyHeight);
  const padding = Array.from({ length: bodyHeight - lines.length }, () => '');
  return {
    above: [headerLine(state, theme), titleLine(state, body.place, theme), ...lines, ...padding],
    panel,
    below: bottomLines(state, theme),
  };
}

/** The frame without a panel, as the lines of the screen. */
export const linesOf = ({ above, below }: Frame): readonly string[] => [...above, ...below];

function bodyOf(state: AppState, layout: Layout, theme: Theme): Body {
  const layer = topLayer(state);
  if (layer?.kind === 'help') return textWindow(helpLines(layout.width, theme), layer.scroll, layout.bodyHeight);
  const view = currentView(state);
  if (view.kind === 'details') return detailsBody(state, view, layout, theme);
  if (view.kind === 'overview') return { lines: overviewBody(state, layout, theme), place: '' };
  const list = state.lists[view.key];
  if (list === undefined) return { lines: [], place: '' };
  return { lines: listBody(state, list, layout, theme), place: listPlace(list) };
}

function panelOf(state: AppState, layout: Layout): Frame['panel'] {
  const index = state.layers.findLastIndex(({ kind }) => kind === 'menu' || kind === 'dialog' || kind === 'schedule');
  const layer = state.layers[index] as PanelLayer | undefined;
  if (layer === undefined) return null;
  const height = panelHeight(layer, layout.bodyHeight);
  return { layer, height, focused: index === state.layers.length - 1 };
}

function tooSmallLines(state: AppState, layout: Layout): string[] {
  const { columns, rows } = state.size;
  const text = `pgsnapman needs ${MINIMUM_COLUMNS}x${MINIMUM_ROWS}, this terminal has ${columns}x${rows}`;
  return Array.from({ length: layout.height }, (_, index) => (index === 0 ? cut(text, columns, '') : ''));
}
