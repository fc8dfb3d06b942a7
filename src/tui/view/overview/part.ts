import type { ListRow } from '../../list/list-state.ts';
import type { ListScreenId } from '../../screens/screen-ids.ts';
import { padTo } from '../../text/fit.ts';
import type { Style } from '../../theme/theme.ts';

type Scope = Readonly<Record<string, string | number | boolean>>;

/** Where Enter leads from a line of the overview; details read their row by the id. */
export type Target =
  | { kind: 'details'; screen: ListScreenId; id: number; row: ListRow | null }
  | { kind: 'list'; screen: ListScreenId; scope: Scope; name: string | null };

export interface OverviewLine {
  text: string;
  style: Style;
  target: Target | null;
}

/** A part of the overview: lines that are always there, and rows of which some may have no room. */
export interface OverviewPart {
  head: readonly OverviewLine[];
  rows: readonly OverviewLine[];
}

/** Columns of the name of a part, at the left of its first line. */
export const LABEL = 16;
const READING = 'reading ...';

export const line = (text: string, target: Target | null = null, style: Style = 'plain'): OverviewLine => ({
  text,
  style,
  target,
});
export const heading = (
  name: string,
  text: string,
  target: Target | null = null,
  style: Style = 'plain',
): OverviewLine => line(padTo(name, LABEL) + text, target, style);
export const reading = (name: string): OverviewPart => ({ head: [heading(name, READING)], rows: [] });
export const list = (screen: ListScreenId, scope: Scope = {}, name: string | null = null): Target => ({
  kind: 'list',
  screen,
  scope,
  name,
});
export const details = (screen: ListScreenId, id: number, row: ListRow | null = null): Target => ({
  kind: 'details',
  screen,
  id,
  row,
});
