import type { Cursor } from '../../sql/catalog/pages/keyset.ts';
import type { ScopeValue } from '../../sql/catalog/pages/page-query.ts';
import type { ListScreenId } from '../screens/screen-ids.ts';

export type RowId = number | string;

/** A row of any list; screens know what else is in theirs. */
export interface ListRow {
  id: RowId;
  cursor_keys: Cursor;
}

/** Rows that a list needs from the catalog. */
export type Wanted = 'first' | 'last' | 'after' | 'before';

/**
 * A list of which only a stretch of rows is known. `top` and `cursor` are places in `rows`; the stretch moves over the
 * list as the cursor does, and never grows beyond a limit.
 */
export interface ListState {
  key: string;
  screen: ListScreenId;
  scope: Readonly<Record<string, ScopeValue>>;
  filter: string;
  sort: string;
  reversed: boolean;
  rows: readonly ListRow[];
  startReached: boolean;
  endReached: boolean;
  top: number;
  cursor: number;
  marks: ReadonlySet<RowId>;
  /** Where a range of marks begins. */
  rangeFrom: RowId | null;
  /** Columns that are moved out at the left. */
  shift: number;
  /** Widths that the columns could use, by title: the widest cell of all rows seen so far, so that they do not jump. */
  natural: Readonly<Record<string, number>>;
  wanted: Wanted | null;
  /** What is known may be out of date. */
  stale: boolean;
  /** Counts the changes of what is listed; an answer for an older one is thrown away. */
  generation: number;
  loaded: boolean;
  error: string | null;
  /** Rows that fit the filter, and rows without a filter; null: not counted yet. */
  matching: number | null;
  total: number | null;
  countWanted: boolean;
}

export function newList(
  key: string,
  screen: ListScreenId,
  scope: Readonly<Record<string, ScopeValue>>,
  sort: string,
): ListState {
  return {
    key,
    screen,
    scope,
    filter: '',
    sort,
    reversed: false,
    rows: [],
    startReached: false,
    endReached: false,
    top: 0,
    cursor: 0,
    marks: new Set(),
    rangeFrom: null,
    shift: 0,
    natural: {},
    wanted: 'first',
    stale: false,
    generation: 0,
    loaded: false,
    error: null,
    matching: null,
    total: null,
    countWanted: true,
  };
}

export function currentRow(list: ListState): ListRow | undefined {
  return list.rows[list.cursor];
}

/** Another filter or order: other rows from the first one on. What is on the screen stays until they are there. */
export function relist(list: ListState, change: Partial<Pick<ListState, 'filter' | 'sort' | 'reversed'>>): ListState {
  const refiltered = change.filter !== undefined && change.filter !== list.filter;
  return {
    ...list,
    ...change,
    wanted: 'first',
    generation: list.generation + 1,
    error: null,
    rangeFrom: null,
    marks: refiltered ? new Set() : list.marks,
    matching: refiltered ? null : list.matching,
    countWanted: list.countWanted || refiltered,
  };
}
