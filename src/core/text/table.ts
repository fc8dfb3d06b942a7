import { displayWidth, pad } from './width.ts';

export interface TableColumn {
  title: string;
  align?: 'left' | 'right';
  /** Where room is short, the column with the highest number goes first; 0 stays. Default 0. */
  priority?: number;
  /** The column may be cut down to this many columns of the terminal before any other is left out. */
  shrinkTo?: number;
}

const GAP = 2;

/**
 * Lays out a table for a terminal of `width` columns (null: as wide as it gets). Gives the lines as padded cells, title
 * line first, so that a caller can colour cells; `join('  ')` makes the line. Cells must be `plain`.
 */
export function layoutTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number | null,
): { cells: string[][]; shown: number[] } {
  const natural = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  );
  const shown = columns.map((_, index) => index);
  const widths = new Map(natural.map((value, index) => [index, value]));
  while (width !== null && !shrink(columns, shown, widths, width)) {
    const drop = shown.reduce((worst, index) =>
      priorityOf(columns, index) >= priorityOf(columns, worst) ? index : worst,
    );
    if (priorityOf(columns, drop) === 0) break;
    shown.splice(shown.indexOf(drop), 1);
    for (const index of shown) widths.set(index, natural[index] ?? 0);
  }
  const line = (texts: readonly string[]): string[] =>
    shown.map((index, position) => {
      const align = columns[index]?.align ?? 'left';
      const last = position === shown.length - 1;
      const cell = pad(texts[index] ?? '', widths.get(index) ?? 0, align);
      return last && align === 'left' ? cell.trimEnd() : cell;
    });
  return { cells: [line(columns.map(({ title }) => title)), ...rows.map(line)], shown };
}

const priorityOf = (columns: readonly TableColumn[], index: number): number => columns[index]?.priority ?? 0;

/** Makes the widest shrinkable columns narrower until the table fits; false if it can't. */
function shrink(
  columns: readonly TableColumn[],
  shown: readonly number[],
  widths: Map<number, number>,
  width: number,
): boolean {
  const total = (): number => shown.reduce((sum, index) => sum + (widths.get(index) ?? 0), GAP * (shown.length - 1));
  for (let excess = total() - width; excess > 0; excess--) {
    const roomOf = (index: number): number =>
      (widths.get(index) ?? 0) - (columns[index]?.shrinkTo ?? Number.MAX_SAFE_INTEGER);
    const candidates = shown.filter((index) => roomOf(index) > 0);
    if (candidates.length === 0) return false;
    const widest = candidates.reduce((most, index) =>
      (widths.get(index) ?? 0) > (widths.get(most) ?? 0) ? index : most,
    );
    widths.set(widest, (widths.get(widest) ?? 0) - 1);
  }
  return true;
}
