import { parseFilter } from '../../sql/catalog/pages/filter.ts';
import { fetchIds } from '../../sql/catalog/pages/page-query.ts';
import { mostShift } from '../list/columns.ts';
import { currentRow, relist } from '../list/list-state.ts';
import { markAll } from '../list/marks.ts';
import { show } from '../list/move.ts';
import { listScreen } from '../screens/screens.ts';
import { currentList } from '../state/app-state.ts';
import { changeList, openLayer } from '../state/changes.ts';
import { detailsView, open, openLink } from '../state/navigate.ts';
import { PANE_COLUMNS, PANE_ROWS } from '../view/layout.ts';
import { type Program, say, subjectOf } from './program.ts';

/** More rows than this are never marked at once. */
const MOST_MARKS = 10_000;

export function openDetails(program: Program, toLog = false): void {
  const list = currentList(program.store.get());
  const row = list === null ? undefined : currentRow(list);
  if (list === null || row === undefined) {
    say(program, 'there is no row here', 'warning');
    return;
  }
  program.store.update((state) => {
    const opened = open(state, detailsView(list.screen, row), row);
    const key = detailsView(list.screen, row).key;
    const details = opened.details[key];
    if (!toLog || details === undefined) return opened;
    return { ...opened, details: { ...opened.details, [key]: { ...details, scroll: Number.POSITIVE_INFINITY } } };
  });
}

export function chooseRelated(program: Program): void {
  const subject = subjectOf(program.store.get());
  const row = subject?.rows[subject.rows.length - 1];
  const links = subject === null || row === undefined ? [] : (subject.screen.links?.(row) ?? []);
  if (subject === null || row === undefined || links.length === 0) {
    say(program, 'no other list has to do with this', 'warning');
    return;
  }
  const choices = links.map((link) => ({
    label: link.title,
    choose: () => program.store.update((state) => openLink(state, link)),
  }));
  program.store.update((state) =>
    openLayer(state, { kind: 'menu', title: subject.screen.name(row), choices, initial: 0 }),
  );
}

export function chooseSort(program: Program): void {
  const list = currentList(program.store.get());
  if (list === null) return;
  const sorts = Object.entries(listScreen(list.screen).sorts);
  const choices = sorts.map(([sort, label]) => ({
    label,
    choose: () => program.store.update((state) => changeList(state, (now) => relist(now, { sort, reversed: false }))),
  }));
  const initial = Math.max(
    0,
    sorts.findIndex(([sort]) => sort === list.sort),
  );
  program.store.update((state) => openLayer(state, { kind: 'menu', title: 'order by', choices, initial }));
}

export function reverseSort(program: Program): void {
  program.store.update((state) => changeList(state, (list) => relist(list, { reversed: !list.reversed })));
}

export function shiftColumns(program: Program, by: 1 | -1): void {
  program.store.update((state) =>
    changeList(state, (list) => {
      const most = mostShift(listScreen(list.screen).columns);
      return { ...list, shift: Math.max(0, Math.min(most, list.shift + by)) };
    }),
  );
}

export async function markEverything(program: Program): Promise<void> {
  const list = currentList(program.store.get());
  if (list === null) return;
  const selection = { scope: list.scope, filter: parseFilter(list.filter) };
  await program.session.act(async (catalog) => {
    const ids = await fetchIds(catalog, listScreen(list.screen).pages, selection, MOST_MARKS + 1);
    if (ids.length > MOST_MARKS) {
      return say(program, `more than ${MOST_MARKS} rows: filter them first, nothing was marked`, 'warning');
    }
    program.store.update((state) => changeList(state, (now) => (now.key === list.key ? markAll(now, ids) : now)));
    say(program, `${ids.length} marked; \\ takes the marks away`);
  });
}

export function togglePane(program: Program): void {
  const { size, paneSide, pane } = program.store.get();
  if (!pane || roomFor(paneSide, size)) {
    program.store.update((state) => changeList({ ...state, pane: !pane }, (list, height) => show(list, height)));
    return;
  }
  say(program, `a pane at the right needs ${PANE_COLUMNS} columns; P puts it below`, 'warning');
}

export function movePane(program: Program): void {
  const { size, paneSide } = program.store.get();
  const side = paneSide === 'right' ? 'below' : 'right';
  if (!roomFor(side, size)) {
    const needs = side === 'right' ? `at the right needs ${PANE_COLUMNS} columns` : `below needs ${PANE_ROWS} rows`;
    say(program, `a pane ${needs}`, 'warning');
    return;
  }
  program.store.update((state) =>
    changeList({ ...state, pane: true, paneSide: side }, (list, height) => show(list, height)),
  );
}

const roomFor = (side: 'right' | 'below', size: { columns: number; rows: number }): boolean =>
  side === 'right' ? size.columns >= PANE_COLUMNS : size.rows >= PANE_ROWS;

export function copySubject(program: Program): void {
  const subject = subjectOf(program.store.get());
  if (subject === null || subject.rows.length === 0) {
    say(program, 'there is nothing here to copy', 'warning');
    return;
  }
  const texts = subject.rows.map((row) => subject.screen.copyText(row));
  program.copy(texts.join('\n'));
  say(
    program,
    `copied ${texts.length === 1 ? subject.screen.name(subject.rows[0] as never) : `${texts.length} lines`}`,
  );
}
