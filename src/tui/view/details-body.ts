import { listScreen } from '../screens/screens.ts';
import type { AppState, DetailsView } from '../state/app-state.ts';
import type { Theme } from '../theme/theme.ts';
import { detailText } from './detail-text.ts';
import type { Layout } from './layout.ts';
import { type Body, textWindow } from './text-window.ts';

/** All lines of the details, of which the body shows as many as it is high. */
export function detailsLines(state: AppState, view: DetailsView, width: number, theme: Theme): string[] {
  const details = state.details[view.key];
  if (details === undefined) return [];
  const notes = [
    ...(details.gone
      ? [theme.paint('warning', 'this is not in the catalog any more; what you see is what was known of it')]
      : []),
    ...(details.error === null ? [] : [theme.paint('bad', details.error)]),
  ];
  if (details.row === null) return notes.length > 0 ? notes : [theme.paint('dim', 'reading ...')];
  const context = { theme, now: state.now, zone: state.zone };
  const lines = listScreen(view.screen).details(details.row, details.extra, context);
  return [...notes, ...detailText(lines, width, theme, details.wrap)];
}

export function detailsBody(state: AppState, view: DetailsView, layout: Layout, theme: Theme): Body {
  const lines = detailsLines(state, view, layout.width, theme);
  return textWindow(lines, state.details[view.key]?.scroll ?? 0, layout.bodyHeight);
}
