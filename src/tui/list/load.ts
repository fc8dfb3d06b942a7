import type { Cursor } from '../../sql/catalog/pages/keyset.ts';
import type { ListRow, ListState, Wanted } from './list-state.ts';
import { ask, show } from './move.ts';

/** Which rows to read for what a list wants. */
export interface Load {
  /** `refresh`: what is in view once more. */
  wanted: Wanted | 'refresh';
  generation: number;
  direction: 'after' | 'before';
  cursor: Cursor | null;
  inclusive: boolean;
  limit: number;
  /** `refresh`: place in the known rows where the rows that are read begin. */
  from: number;
}

const PAGE_ROWS = 100;
/** Rows that a list keeps at most; far ones are forgotten and read again when they are needed. */
const MOST_ROWS = 600;

export function planLoad(list: ListState, height: number): Load | null {
  const { generation, rows } = list;
  const wanted: Load['wanted'] | null = list.wanted ?? (list.stale && list.loaded ? 'refresh' : null);
  if (wanted === null) return null;
  const limit = Math.max(PAGE_ROWS, height * 3);
  const plan = { wanted, generation, limit, inclusive: false, from: 0 };
  const after = (cursor: Cursor | null): Load => ({ ...plan, direction: 'after', cursor });
  const before = (cursor: Cursor | null): Load => ({ ...plan, direction: 'before', cursor });
  switch (wanted) {
    case 'first':
      return after(null);
    case 'last':
      return before(null);
    case 'after':
      return after(rows[rows.length - 1]?.cursor_keys ?? null);
    case 'before':
      return before(rows[0]?.cursor_keys ?? null);
    case 'refresh': {
      const from = Math.max(0, list.top - height);
      const anchor = from === 0 && list.startReached ? undefined : rows[from];
      if (anchor === undefined) return after(null);
      return { ...after(anchor.cursor_keys), inclusive: true, from };
    }
  }
}

/** Noted when a load begins: what becomes stale from now on needs another one. */
export function beginLoad(list: ListState): ListState {
  return list.stale ? { ...list, stale: false } : list;
}

/** The list with the rows that were read; unchanged if the answer comes too late. */
export function applyLoad(list: ListState, load: Load, found: readonly ListRow[], height: number): ListState {
  if (load.generation !== list.generation) return list;
  const ended = found.length < load.limit;
  const base = { ...list, wanted: list.wanted === load.wanted ? null : list.wanted, loaded: true, error: null };
  const rows = keepSame(list.rows, found);
  switch (load.wanted) {
    case 'first':
      return ask({ ...base, rows, top: 0, cursor: 0, startReached: true, endReached: ended }, height);
    case 'last': {
      const cursor = Math.max(0, rows.length - 1);
      return ask(show({ ...base, rows, cursor, startReached: ended, endReached: true }, height), height);
    }
    case 'after':
      return ask(forgetStart({ ...base, rows: [...list.rows, ...rows], endReached: ended }), height);
    case 'before': {
      const moved = { top: list.top + rows.length, cursor: list.cursor + rows.length };
      return forgetEnd({ ...base, ...moved, rows: [...rows, ...list.rows], startReached: ended }, height);
    }
    case 'refresh':
      return refreshed(base, load, rows, ended, height);
  }
}

function refreshed(base: ListState, load: Load, rows: readonly ListRow[], ended: boolean, height: number): ListState {
  // The cursor has left what was read meanwhile.
  if (base.cursor >= load.from + load.limit) return { ...base, stale: true };
  const fromStart = load.cursor === null;
  const current = base.rows[base.cursor];
  const found = current === undefined ? -1 : rows.findIndex(({ id }) => id === current.id);
  const cursor = found >= 0 ? found : Math.max(0, Math.min(base.cursor - load.from, rows.length - 1));
  const state = { ...base, cursor, startReached: fromStart, endReached: ended };
  if (fromStart && sameRows(base.rows, rows)) return ask({ ...state, rows: base.rows }, height);
  return ask(show({ ...state, rows, top: Math.max(0, base.top - load.from) }, height), height);
}

/** Rows that did not change stay the same objects, so that their lines need not be made again. */
function keepSame(known: readonly ListRow[], found: readonly ListRow[]): readonly ListRow[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  return found.map((row) => {
    const before = byId.get(row.id);
    return before !== undefined && JSON.stringify(before) === JSON.stringify(row) ? before : row;
  });
}

const sameRows = (a: readonly ListRow[], b: readonly ListRow[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index]);

function forgetStart(list: ListState): ListState {
  const excess = Math.min(list.rows.length - MOST_ROWS, list.top - PAGE_ROWS);
  if (excess <= 0) return list;
  return {
    ...list,
    rows: list.rows.slice(excess),
    top: list.top - excess,
    cursor: list.cursor - excess,
    startReached: false,
  };
}

function forgetEnd(list: ListState, height: number): ListState {
  const kept = Math.max(MOST_ROWS, list.top + height + PAGE_ROWS);
  if (list.rows.length <= kept) return list;
  return { ...list, rows: list.rows.slice(0, kept), endReached: false };
}
