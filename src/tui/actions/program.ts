import { countOf } from '../../core/text/numbers.ts';
import type { ListRow, RowId } from '../list/list-state.ts';
import { chosenIds, chosenRows } from '../list/marks.ts';
import type { ListScreen } from '../screens/screen.ts';
import { listScreen } from '../screens/screens.ts';
import type { Session } from '../session/session.ts';
import { type AppState, currentList, currentView } from '../state/app-state.ts';
import { flash } from '../state/changes.ts';
import type { Store } from '../state/store.ts';

/** What commands work with. */
export interface Program {
  store: Store;
  session: Session;
  quit(): void;
  repaint(): void;
  /** Puts a text on the clipboard of the person's own terminal. */
  copy(text: string): void;
}

/** What an action is about: rows of one list. */
export interface Subject {
  screen: ListScreen;
  /** The rows that are known here; the only ones for anything but marks. */
  rows: readonly ListRow[];
  ids: readonly RowId[];
}

/** The marked rows, the row at the cursor, or the one whose details are shown; null: there is none. */
export function subjectOf(state: AppState): Subject | null {
  const view = currentView(state);
  if (view.kind === 'details') {
    const row = state.details[view.key]?.row ?? null;
    return row === null ? null : { screen: listScreen(view.screen), rows: [row], ids: [row.id] };
  }
  const list = currentList(state);
  if (list === null) return null;
  const ids = chosenIds(list);
  return ids.length === 0 ? null : { screen: listScreen(list.screen), rows: chosenRows(list), ids };
}

export function say(program: Program, text: string, level: 'info' | 'warning' | 'error' = 'info'): void {
  program.store.update((state) => flash(state, text, level));
}

/** `dump job 12 (shop on db1)`, or `7 dump jobs`. */
export function subjectText({ screen, rows, ids }: Subject): string {
  const [row] = rows;
  if (ids.length === 1 && row !== undefined) return screen.name(row);
  return countOf(ids.length, screen.noun);
}

export const numericIds = (ids: readonly RowId[]): number[] => ids.map(Number);
