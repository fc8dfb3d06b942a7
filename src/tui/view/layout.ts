import { type AppState, currentView } from '../state/app-state.ts';
import { MINIMUM_COLUMNS, MINIMUM_ROWS } from '../terminal/check-terminal.ts';

/** How the screen is divided; heights in lines, widths in columns. */
export interface Layout {
  tooSmall: boolean;
  /** The last row of the terminal stays free: a frame as high as the terminal would scroll. */
  height: number;
  width: number;
  /** Between the title and the rule above the messages. */
  bodyHeight: number;
  /** Rows of the table. */
  listHeight: number;
  listWidth: number;
  pane: { side: 'right' | 'below'; width: number; height: number } | null;
}

/** Top line, title; rule, messages, hints. */
const LINES_ABOVE = 2;
const LINES_BELOW = 3;
const TABLE_HEADER = 1;
/** With fewer columns a pane at the right leaves too little for the list. */
export const PANE_COLUMNS = 110;
export const PANE_ROWS = 24;
const DIVIDER = 3;

export function layoutOf(state: Pick<AppState, 'size' | 'pane' | 'paneSide' | 'stack'>): Layout {
  const { columns, rows } = state.size;
  const height = Math.max(1, rows - 1);
  const bodyHeight = Math.max(1, height - LINES_ABOVE - LINES_BELOW);
  const isList = currentView(state as AppState).kind === 'list';
  const side = state.paneSide;
  const roomy = side === 'right' ? columns >= PANE_COLUMNS : rows >= PANE_ROWS;
  const base = { tooSmall: columns < MINIMUM_COLUMNS || rows < MINIMUM_ROWS, height, width: columns, bodyHeight };
  const full = { ...base, listWidth: columns, listHeight: Math.max(1, bodyHeight - TABLE_HEADER), pane: null };
  if (!state.pane || !isList || !roomy) return full;
  if (side === 'right') {
    const width = Math.min(60, Math.floor(columns * 0.34));
    return { ...full, listWidth: columns - width - DIVIDER, pane: { side, width, height: bodyHeight } };
  }
  const paneHeight = Math.min(12, Math.floor(bodyHeight * 0.4));
  return {
    ...full,
    listHeight: Math.max(1, bodyHeight - TABLE_HEADER - paneHeight - 1),
    pane: { side, width: columns, height: paneHeight },
  };
}
