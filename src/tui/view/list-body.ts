import { COLUMN_GAP, type Column, type PlacedColumn, placeColumns } from '../list/columns.ts';
import type { ListRow, ListState } from '../list/list-state.ts';
import { headerLine, rowLine, SIGN_WIDTH } from '../list/table-lines.ts';
import { listScreen } from '../screens/screens.ts';
import type { AppState } from '../state/app-state.ts';
import { cut, widthOf } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';
import { detailText } from './detail-text.ts';
import type { Layout } from './layout.ts';

/** The lines of a list with its pane: at most as many as the body is high. */
export function listBody(state: AppState, list: ListState, layout: Layout, theme: Theme): string[] {
  const { pane } = layout;
  if (pane === null) return tableLines(state, list, layout, theme);
  const table = tableLines(state, list, layout, theme);
  const about = paneLines(state, list, pane.width, theme).slice(0, pane.height);
  if (pane.side === 'below') {
    const missing = Array.from({ length: layout.listHeight + 1 - table.length }, () => '');
    return [...table, ...missing, theme.paint('dim', theme.symbols.line.repeat(layout.width)), ...about];
  }
  const divider = theme.paint('dim', ` ${theme.symbols.divider} `);
  const empty = ' '.repeat(layout.listWidth);
  return Array.from({ length: pane.height }, (_, index) => (table[index] ?? empty) + divider + (about[index] ?? ''));
}

function tableLines(state: AppState, list: ListState, { listWidth, listHeight }: Layout, theme: Theme): string[] {
  const { columns } = listScreen(list.screen);
  const placed = placeColumns(columns, listWidth - SIGN_WIDTH, list.shift, list.natural);
  const rest = ' '.repeat(Math.max(0, listWidth - widthOfRow(placed)));
  const header = headerLine(placed, theme) + rest;
  if (list.rows.length === 0) {
    const text = cut(emptyText(state, list), listWidth - SIGN_WIDTH, theme.symbols.ellipsis);
    return [header, `  ${theme.paint('dim', text)}${' '.repeat(Math.max(0, listWidth - SIGN_WIDTH - widthOf(text)))}`];
  }
  const context = { theme, now: state.now, zone: state.zone };
  const shape = shapeOf(state, list, placed, theme);
  return [
    header,
    ...list.rows.slice(list.top, list.top + listHeight).map((row, index) => {
      const marks = { current: list.top + index === list.cursor, marked: list.marks.has(row.id) };
      return remembered(
        row,
        `${shape} ${marks.current} ${marks.marked}`,
        () => rowLine(row, placed, context, marks) + rest,
      );
    }),
  ];
}

const widthOfRow = (placed: readonly PlacedColumn<ListRow>[]): number =>
  placed.reduce((sum, { width }) => sum + width + COLUMN_GAP, SIGN_WIDTH - COLUMN_GAP);

/** Everything beside the row and its marks that its line depends on. */
function shapeOf(state: AppState, list: ListState, placed: readonly PlacedColumn<ListRow>[], theme: Theme): string {
  // Lines change with the time only where durations are shown; everything else tells it in minutes.
  const step = list.screen === 'activity' ? 1000 : 60_000;
  const moment = Math.floor(state.now.getTime() / step);
  const widths = placed.map(
    ({ column, width }: { column: Column<ListRow>; width: number }) => `${column.title} ${width}`,
  );
  return [widths.join(), moment, state.zone, theme.color, theme.ascii].join(' ');
}

const lines = new WeakMap<ListRow, { key: string; line: string }>();

function remembered(row: ListRow, key: string, make: () => string): string {
  const known = lines.get(row);
  if (known?.key === key) return known.line;
  const line = make();
  lines.set(row, { key, line });
  return line;
}

function emptyText(state: AppState, list: ListState): string {
  if (!list.loaded) return state.connection.state === 'lost' ? 'nothing is known of this yet' : 'reading ...';
  if (list.error !== null) return 'nothing could be read';
  if (list.filter !== '') return 'nothing fits the filter; Esc in / takes it back';
  return Object.keys(list.scope).length > 0 ? 'nothing here' : listScreen(list.screen).empty;
}

function paneLines(state: AppState, list: ListState, width: number, theme: Theme): string[] {
  const row = list.rows.find(({ id }) => id === state.paneRow) ?? list.rows[list.cursor];
  if (row === undefined) return [];
  const screen = listScreen(list.screen);
  const context = { theme, now: state.now, zone: state.zone, brief: true };
  const title = theme.paint('heading', cut(screen.name(row), width, theme.symbols.ellipsis));
  return [title, ...detailText(screen.details(row, null, context), width, theme, true)];
}
