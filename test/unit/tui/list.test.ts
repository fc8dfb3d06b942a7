import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListRow, type ListState, newList, relist } from '../../../src/tui/list/list-state.ts';
import { applyLoad, beginLoad, type Load, planLoad } from '../../../src/tui/list/load.ts';
import { chosenIds, markRange, toggleMark, unmarkAll } from '../../../src/tui/list/marks.ts';
import { moveBy, movePage, moveToEnd, moveToStart } from '../../../src/tui/list/move.ts';

const HEIGHT = 10;
const catalog = (count: number): ListRow[] =>
  Array.from({ length: count }, (_, index) => ({ id: index, cursor_keys: [String(index)] }));

/** What the catalog would answer. */
function answer(rows: readonly ListRow[], load: Load): ListRow[] {
  const at = load.cursor === null ? null : rows.findIndex(({ id }) => String(id) === load.cursor?.[0]);
  if (load.direction === 'after') {
    const from = at === null ? 0 : load.inclusive ? at : at + 1;
    return rows.slice(from, from + load.limit);
  }
  const to = at ?? rows.length;
  return rows.slice(Math.max(0, to - load.limit), to);
}

function loaded(list: ListState, rows: readonly ListRow[]): ListState {
  let state = list;
  for (let load = planLoad(state, HEIGHT); load !== null; load = planLoad(state, HEIGHT)) {
    state = load.wanted === 'refresh' ? beginLoad(state) : state;
    state = applyLoad(state, load, answer(rows, load), HEIGHT);
  }
  return state;
}

const fresh = (rows: readonly ListRow[]): ListState => loaded(newList('dumps', 'dumps', {}, 'started'), rows);

function check(list: ListState, rows: readonly ListRow[]): void {
  const known = list.rows.map(({ id }) => Number(id));
  // A stretch of the catalog without gaps, of bounded length.
  expect(known).toEqual(known.map((_, index) => (known[0] ?? 0) + index));
  expect(known.length).toBeLessThanOrEqual(900);
  expect(list.cursor).toBeGreaterThanOrEqual(0);
  expect(list.cursor).toBeLessThan(Math.max(1, known.length));
  expect(list.cursor).toBeGreaterThanOrEqual(list.top);
  expect(list.cursor).toBeLessThan(list.top + HEIGHT);
  if (list.startReached && rows.length > 0) expect(known[0]).toBe(0);
  if (list.endReached && rows.length > 0) expect(known[known.length - 1]).toBe(rows.length - 1);
}

describe('a list of which a stretch is known', () => {
  it('reads the first page, and more when the cursor comes near its end', () => {
    const rows = catalog(1000);
    let list = newList('dumps', 'dumps', {}, 'started');
    const first = planLoad(list, HEIGHT);
    expect(first).toMatchObject({ wanted: 'first', direction: 'after', cursor: null, limit: 100 });
    list = fresh(rows);
    expect(list.rows.length).toBe(100);
    for (let count = 0; count < 85; count++) list = moveBy(list, 1, HEIGHT);
    expect(planLoad(list, HEIGHT)).toMatchObject({ wanted: 'after', cursor: ['99'] });
  });

  it('jumps half a page at the edge', () => {
    let list = fresh(catalog(1000));
    for (let count = 0; count < HEIGHT - 1; count++) list = moveBy(list, 1, HEIGHT);
    expect(list.top).toBe(0);
    list = moveBy(list, 1, HEIGHT);
    expect([list.cursor, list.top]).toEqual([10, 5]);
  });

  it('goes to both ends of a list that is not known as a whole', () => {
    const rows = catalog(100_000);
    let list = loaded(moveToEnd(fresh(rows), HEIGHT), rows);
    expect(list.rows[list.cursor]?.id).toBe(99_999);
    list = loaded(moveToStart(list), rows);
    expect(list.rows[list.cursor]?.id).toBe(0);
  });

  it('throws an answer away that belongs to another filter', () => {
    const list = fresh(catalog(50));
    const load = planLoad({ ...list, stale: true }, HEIGHT);
    const other = relist(list, { filter: 'x' });
    expect(load === null ? null : applyLoad(other, load, [], HEIGHT)).toBe(other);
  });

  it('stays on its row when rows come in before it', () => {
    const rows = catalog(200);
    let list = moveBy(fresh(rows.slice(5)), 7, HEIGHT);
    const id = list.rows[list.cursor]?.id;
    list = loaded({ ...list, stale: true }, rows);
    expect(list.rows[list.cursor]?.id).toBe(id);
  });

  it('keeps the objects of rows that did not change', () => {
    const rows = catalog(80);
    const list = fresh(rows);
    const again = loaded({ ...list, stale: true }, structuredClone(rows));
    expect(again.rows).toBe(list.rows);
  });

  it('is right after any moves and refreshes', () => {
    const step = fc.constantFrom('down', 'up', 'pagedown', 'pageup', 'start', 'end', 'refresh');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2500 }), fc.array(step, { maxLength: 120 }), (count, steps) => {
        const rows = catalog(count);
        let list = fresh(rows);
        for (const each of steps) {
          if (each === 'down') list = moveBy(list, 1, HEIGHT);
          else if (each === 'up') list = moveBy(list, -1, HEIGHT);
          else if (each === 'pagedown') list = movePage(list, 1, HEIGHT);
          else if (each === 'pageup') list = movePage(list, -1, HEIGHT);
          else if (each === 'start') list = moveToStart(list);
          else if (each === 'end') list = moveToEnd(list, HEIGHT);
          else list = { ...list, stale: true };
          list = loaded(list, rows);
          check(list, rows);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('marks', () => {
  it('are set one by one, as a range, and taken away', () => {
    let list = fresh(catalog(30));
    expect(chosenIds(list)).toEqual([0]);
    list = toggleMark(list);
    expect(chosenIds(list)).toEqual([0]);
    list = markRange(moveBy(list, 3, HEIGHT));
    list = markRange(moveBy(list, 2, HEIGHT));
    expect(chosenIds(list)).toEqual([0, 3, 4, 5]);
    expect(chosenIds(unmarkAll(list))).toEqual([5]);
  });
});
