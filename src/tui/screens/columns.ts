import type { Cell, CellContext, Column } from '../list/columns.ts';
import { nextRunOf } from '../schedule/next-runs.ts';
import { clockTime, shortTime } from '../text/time.ts';
import { nameText } from '../text/values.ts';
import { toneOf, toneText } from '../theme/tones.ts';

/** Columns that several lists have. */
export function stateColumn<Row>(state: (row: Row, context: CellContext) => string): Column<Row> {
  return {
    title: 'STATE',
    width: 11,
    priority: 0,
    cell: (row, context) => stateCell(state(row, context)),
  };
}

export function stateCell(state: string): Cell {
  return { text: toneText(state), style: toneOf(state).style };
}

export function timeColumn<Row>(title: string, priority: number, time: (row: Row) => Date | null): Column<Row> {
  return { title, width: 11, priority, cell: (row, { now, zone }) => shortTime(time(row), now, zone) };
}

/** How a run ended; nothing ran yet: a dash. */
export function outcomeColumn<Row>(title: string, priority: number, outcome: (row: Row) => string | null): Column<Row> {
  return {
    title,
    width: 11,
    priority,
    cell: (row) => {
      const found = outcome(row);
      return found === null ? '-' : stateCell(found);
    },
  };
}

export function nameColumn<Row>(
  title: string,
  priority: number,
  width: number,
  maxWidth: number,
  name: (row: Row) => string | null,
): Column<Row> {
  return { title, width, maxWidth, priority, cell: (row) => nameText(name(row)) };
}

export function numberColumn<Row>(
  title: string,
  priority: number,
  width: number,
  text: (row: Row, context: CellContext) => string,
): Column<Row> {
  return { title, width, priority, align: 'right', cell: text };
}

interface Scheduled {
  status: string;
  schedule: string | null;
  timezone: string | null;
  run_at: Date | null;
  finished_at: Date | null;
}

/** When a job runs next. `?`: by the clock of a machine whose zone is not known here. */
export function nextRunText(job: Scheduled, { now, zone }: CellContext): string {
  if (job.status !== 'active' || job.finished_at !== null) return '-';
  if (job.schedule === null)
    return job.run_at === null || job.run_at <= now ? 'at once' : shortTime(job.run_at, now, zone);
  const next = nextRunOf(job.schedule, job.timezone ?? zone, now);
  if (next === null) return '?';
  const soon = next.getTime() - now.getTime() < 20 * 3_600_000;
  return `${soon ? clockTime(next, zone) : shortTime(next, now, zone)}${job.timezone === null ? ' ?' : ''}`;
}
