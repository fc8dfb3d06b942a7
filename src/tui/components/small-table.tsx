import { Text } from 'ink';
import type { ReactElement, ReactNode } from 'react';
import { padTo } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';
import { inkTable } from './ink-table.ts';
import { useTheme } from './theme-context.ts';

/** A line of what is about to be done. */
export interface ReviewRow {
  what: string;
  is: string;
}

const BOXES = '─│┌┐└┘├┤┬┴┼';
const ASCII_BOXES = '-|+++++++++';

function boxText(children: ReactNode, theme: Theme): string {
  const text = String(children);
  if (!theme.ascii) return text;
  return Array.from(text, (character) => ASCII_BOXES[BOXES.indexOf(character)] ?? character).join('');
}

/** The table counts UTF-16 units where terminals count columns; all cells of a column have the same length. */
function cellText(children: ReactNode, theme: Theme): string {
  const text = String(children);
  return padTo(text.trimEnd(), text.length, 'left', theme.symbols.ellipsis);
}

function Skeleton({ children }: { children?: ReactNode }): ReactElement {
  const theme = useTheme();
  return <Text wrap="truncate">{theme.paint('dim', boxText(children, theme))}</Text>;
}

function Header({ children }: { children?: ReactNode }): ReactElement {
  const theme = useTheme();
  return <Text wrap="truncate">{theme.paint('heading', cellText(children, theme))}</Text>;
}

function Cell({ children }: { children?: ReactNode }): ReactElement {
  return <Text wrap="truncate">{cellText(children, useTheme())}</Text>;
}

/** A few rows in a frame. Two lines a row, all of them at once: not for lists. */
export function SmallTable({
  columns,
  rows,
}: {
  columns: readonly string[];
  rows: readonly Readonly<Record<string, string>>[];
}): ReactElement {
  const Table = inkTable();
  return <Table data={rows} columns={columns} header={Header} cell={Cell} skeleton={Skeleton} />;
}
