import { padTo } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';
import { type CellContext, COLUMN_GAP, type PlacedColumn } from './columns.ts';

const GAP = ' '.repeat(COLUMN_GAP);
/** The cursor's sign and the mark's, before the first column. */
export const SIGN_WIDTH = 2;

export function headerLine<Row>(placed: readonly PlacedColumn<Row>[], theme: Theme): string {
  const cells = placed.map(({ column, width }) => padTo(column.title, width, column.align, theme.symbols.ellipsis));
  return theme.paint('dim', `${' '.repeat(SIGN_WIDTH)}${cells.join(GAP)}`);
}

export interface RowMarks {
  current: boolean;
  marked: boolean;
}

/** A row in exactly the columns' width, so that whatever stands at its right is aligned. */
export function rowLine<Row>(
  row: Row,
  placed: readonly PlacedColumn<Row>[],
  context: CellContext,
  { current, marked }: RowMarks,
): string {
  const { theme } = context;
  const cells = placed.map(({ column, width }) => {
    const cell = column.cell(row, context);
    const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell;
    const fitted = padTo(text, width, column.align, theme.symbols.ellipsis);
    return style === undefined ? fitted : theme.paint(style, fitted);
  });
  const line = `${current ? '>' : ' '}${marked ? '+' : ' '}${cells.join(GAP)}`;
  const emphasized = marked ? theme.paint('marked', line) : line;
  return current ? theme.paint('selected', emphasized) : emphasized;
}
