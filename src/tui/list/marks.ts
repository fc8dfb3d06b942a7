import { currentRow, type ListRow, type ListState, type RowId } from './list-state.ts';

/** Marks the row at the cursor, or takes its mark away. */
export function toggleMark(list: ListState): ListState {
  const row = currentRow(list);
  if (row === undefined) return list;
  const marks = new Set(list.marks);
  if (!marks.delete(row.id)) marks.add(row.id);
  return { ...list, marks };
}

/** The first time notes where a range begins, the second time marks everything between there and the cursor. */
export function markRange(list: ListState): ListState {
  const row = currentRow(list);
  if (row === undefined) return list;
  const from = list.rangeFrom === null ? -1 : list.rows.findIndex(({ id }) => id === list.rangeFrom);
  if (from < 0) return { ...list, rangeFrom: row.id };
  const [low, high] = from < list.cursor ? [from, list.cursor] : [list.cursor, from];
  const marks = new Set([...list.marks, ...list.rows.slice(low, high + 1).map(({ id }) => id)]);
  return { ...list, marks, rangeFrom: null };
}

export function markAll(list: ListState, ids: readonly RowId[]): ListState {
  return { ...list, marks: new Set(ids), rangeFrom: null };
}

export function unmarkAll(list: ListState): ListState {
  return list.marks.size === 0 && list.rangeFrom === null ? list : { ...list, marks: new Set(), rangeFrom: null };
}

/** Rows that an action is about: the marked ones that are known, else the one at the cursor. */
export function chosenRows(list: ListState): readonly ListRow[] {
  if (list.marks.size > 0) return list.rows.filter(({ id }) => list.marks.has(id));
  const row = currentRow(list);
  return row === undefined ? [] : [row];
}

/** Ids that an action is about: all marked ones, else the one at the cursor. */
export function chosenIds(list: ListState): readonly RowId[] {
  if (list.marks.size > 0) return [...list.marks];
  const row = currentRow(list);
  return row === undefined ? [] : [row.id];
}
