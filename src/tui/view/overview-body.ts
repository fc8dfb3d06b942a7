import type { AppState } from '../state/app-state.ts';
import { padTo } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';
import type { Layout } from './layout.ts';
import { repositoryPart, workerPart } from './overview/machines.ts';
import type { OverviewLine, OverviewPart, Target } from './overview/part.ts';
import { latePart, nextRunPart, uncoveredPart } from './overview/plan.ts';
import { lastDayPart, runningPart } from './overview/results.ts';

/** From here on two columns are easier to take in than one long one. */
const TWO_COLUMNS = 110;
const GAP = 3;

type Columns = readonly (readonly OverviewLine[])[];

const columnWidth = (width: number): number => (width >= TWO_COLUMNS ? Math.floor((width - GAP) / 2) : width);

/** The overview in one or two columns, with as many rows in each part as there is room for. */
export function overviewColumns(state: AppState, { width, bodyHeight }: Layout, theme: Theme): Columns {
  const results = [lastDayPart(state, columnWidth(width) - 1), runningPart(state, theme)];
  const gaps = [uncoveredPart(state), latePart(state)];
  const machines = [workerPart(state), repositoryPart(state, theme)];
  const next = nextRunPart(state);
  if (width < TWO_COLUMNS) return [shareRoom([...results, ...machines, ...gaps, next], bodyHeight)];
  return [shareRoom([...results, ...gaps], bodyHeight), shareRoom([...machines, next], bodyHeight)];
}

/** Each part gets a row in turn until there is no more room, or none has any left; the ones before get theirs first. */
export function shareRoom(parts: readonly OverviewPart[], height: number): OverviewLine[] {
  const shares = parts.map((part) => ({ part, rows: 0 }));
  let room = height - parts.reduce((sum, { head }) => sum + head.length, 0);
  for (let given = true; given && room > 0; ) {
    given = false;
    for (const share of shares) {
      if (room <= 0 || share.rows >= share.part.rows.length) continue;
      share.rows++;
      room--;
      given = true;
    }
  }
  return shares.flatMap(({ part, rows }) => [...part.head, ...part.rows.slice(0, rows)]);
}

/** What Enter can lead to, in the order in which the cursor goes over it. */
export function overviewTargets(columns: Columns): Target[] {
  return columns.flatMap((lines) => lines.flatMap(({ target }) => (target === null ? [] : [target])));
}

/** The line that the cursor is on, counted from the top. */
export function lineOfTarget(columns: Columns, cursor: number): number {
  let before = 0;
  for (const lines of columns) {
    for (const [index, { target }] of lines.entries()) {
      if (target === null) continue;
      if (before === cursor) return index;
      before++;
    }
  }
  return 0;
}

export function overviewBody(state: AppState, layout: Layout, theme: Theme): string[] {
  const columns = overviewColumns(state, layout, theme);
  const width = columnWidth(layout.width);
  const height = Math.max(...columns.map(({ length }) => length));
  const cursor = Math.min(state.overview.cursor, overviewTargets(columns).length - 1);
  const drawn = drawColumns(columns, cursor, width, theme);
  const top = Math.max(0, Math.min(state.overview.top, height - layout.bodyHeight));
  const empty = ' '.repeat(width);
  return Array.from({ length: Math.min(layout.bodyHeight, height) }, (_, index) =>
    drawn.map((lines) => lines[top + index] ?? empty).join(' '.repeat(GAP)),
  );
}

function drawColumns(columns: Columns, cursor: number, width: number, theme: Theme): string[][] {
  let count = 0;
  return columns.map((lines) =>
    lines.map(({ text, style, target }) => {
      const current = target !== null && count++ === cursor;
      const fitted = padTo(`${current ? '>' : ' '}${text}`, width, 'left', theme.symbols.ellipsis);
      return current ? theme.paint('selected', theme.paint(style, fitted)) : theme.paint(style, fitted);
    }),
  );
}
