import { type Align, widthOf } from '../text/fit.ts';
import type { Style, Theme } from '../theme/theme.ts';

/** What cells may depend on beside their row. */
export interface CellContext {
  theme: Theme;
  now: Date;
  zone: string;
  /** For the pane beside the list: what its title or the row says need not be said again. */
  brief?: boolean;
}

export interface Cell {
  text: string;
  style?: Style;
}

/** A column of a list. Widths are columns of the terminal. */
export interface Column<Row> {
  title: string;
  /** At least this wide. */
  width: number;
  /** May grow to this, where there is room; default: `width`. */
  maxWidth?: number;
  align?: Align;
  /** Where room is short the column with the highest number goes first; 0 stays, and does not move out at the left. */
  priority: number;
  cell(row: Row, context: CellContext): Cell | string;
}

export interface PlacedColumn<Row> {
  column: Column<Row>;
  width: number;
}

export const COLUMN_GAP = 2;
const MAIN_PRIORITY = 1;
const WHOLE_NAME = 16;

/** Widest cells by column title, for the columns that may grow: those of before, or of the rows where they are wider. */
export function naturalWidths<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  context: CellContext,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const wider: Record<string, number> = {};
  for (const { title, width, maxWidth = width, cell } of columns) {
    if (maxWidth <= width) continue;
    const known = before[title] ?? width;
    const widest = rows.reduce((most, row) => {
      const found = cell(row, context);
      return Math.max(most, widthOf(typeof found === 'string' ? found : found.text));
    }, known);
    if (widest > known) wider[title] = widest;
  }
  return Object.keys(wider).length === 0 ? before : { ...before, ...wider };
}

/**
 * Chooses and sizes the columns for a width. `shift` columns after the fixed ones are left out at the left; `natural` are
 * the widths that columns could use.
 */
export function placeColumns<Row>(
  columns: readonly Column<Row>[],
  width: number,
  shift: number,
  natural: Readonly<Record<string, number>>,
): readonly PlacedColumn<Row>[] {
  let moved = shift;
  let shown = columns.filter(({ priority }) => priority === 0 || moved-- <= 0);
  const total = (): number =>
    shown.reduce((sum, column) => sum + neededWidth(column, natural) + COLUMN_GAP, -COLUMN_GAP);
  while (total() > width && shown.length > 1) {
    const worst = shown.reduce((a, b) => (b.priority >= a.priority ? b : a));
    if (worst.priority === 0) break;
    shown = shown.filter((column) => column !== worst);
  }
  let room = width - shown.reduce((sum, column) => sum + column.width + COLUMN_GAP, -COLUMN_GAP);
  const placed = shown.map((column) => ({ column, width: column.width }));
  // The most important columns take what they can use first.
  for (const place of [...placed].sort((a, b) => a.column.priority - b.column.priority)) {
    const { title, maxWidth = place.width } = place.column;
    const useful = Math.min(maxWidth, natural[title] ?? place.width);
    const growth = Math.max(0, Math.min(room, useful - place.width));
    place.width += growth;
    room -= growth;
  }
  if (room < 0 && placed.length > 0) shrinkLast(placed, -room);
  return placed;
}

/** Names that are not very long are told whole, before columns of less importance have room. */
function neededWidth<Row>(column: Column<Row>, natural: Readonly<Record<string, number>>): number {
  const { title, width, maxWidth = width, priority } = column;
  if (priority > MAIN_PRIORITY) return width;
  return Math.max(width, Math.min(maxWidth, WHOLE_NAME, natural[title] ?? width));
}

/** Even the columns that stay are too wide: the last ones give way. */
function shrinkLast<Row>(placed: PlacedColumn<Row>[], excess: number): void {
  let left = excess;
  for (let index = placed.length - 1; index >= 0 && left > 0; index--) {
    const place = placed[index];
    if (place === undefined) continue;
    const cut = Math.min(left, Math.max(0, place.width - 4));
    place.width -= cut;
    left -= cut;
  }
}

/** Shifts beyond this one change nothing. */
export function mostShift<Row>(columns: readonly Column<Row>[]): number {
  return Math.max(0, columns.filter(({ priority }) => priority > 0).length - 1);
}
