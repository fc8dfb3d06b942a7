import type { ListState, Wanted } from './list-state.ts';

/** More rows are asked for when fewer than this many screens of them are left. */
const SCREENS_AHEAD = 2;

/** Moves the cursor by rows; `height` rows are in view. At the edge the view jumps half a page. */
export function moveBy(list: ListState, delta: number, height: number): ListState {
  const cursor = clamp(list.cursor + delta, 0, list.rows.length - 1);
  return ask(show({ ...list, cursor }, height), height);
}

/** Moves by whole pages: what was the last line is above the first one. */
export function movePage(list: ListState, pages: 1 | -1, height: number): ListState {
  const step = Math.max(1, height);
  const cursor = clamp(list.cursor + pages * step, 0, list.rows.length - 1);
  const top = clamp(list.top + pages * step, 0, lastTop(list, height));
  return ask(show({ ...list, cursor, top }, height), height);
}

/** To the first row of the list, which may have to be read first. */
export function moveToStart(list: ListState): ListState {
  if (list.startReached) return { ...list, cursor: 0, top: 0 };
  return { ...list, wanted: 'first', generation: list.generation + 1 };
}

export function moveToEnd(list: ListState, height: number): ListState {
  if (list.endReached) return show({ ...list, cursor: Math.max(0, list.rows.length - 1) }, height);
  return { ...list, wanted: 'last', generation: list.generation + 1 };
}

/** Scrolls so that the cursor is in view; also after the number of rows or the height changed. */
export function show(list: ListState, height: number): ListState {
  const { cursor } = list;
  let { top } = list;
  if (cursor < top) top = cursor - Math.floor((height - 1) / 2);
  else if (cursor >= top + height) top = cursor - Math.floor(height / 2);
  top = clamp(top, 0, lastTop(list, height));
  return top === list.top ? list : { ...list, top };
}

/** Asks for more rows where the view comes near the end of those that are known. */
export function ask(list: ListState, height: number): ListState {
  if (list.wanted !== null || !list.loaded) return list;
  const ahead = height * SCREENS_AHEAD;
  let wanted: Wanted | null = null;
  if (!list.endReached && list.cursor + ahead >= list.rows.length) wanted = 'after';
  else if (!list.startReached && list.cursor - ahead < 0) wanted = 'before';
  return wanted === null ? list : { ...list, wanted };
}

const lastTop = (list: ListState, height: number): number => Math.max(0, list.rows.length - height);

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
