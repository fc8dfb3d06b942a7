import type { Command } from '../keys/command.ts';
import type { CommandId, KnownCommand } from '../keys/commands.ts';
import { markRange, toggleMark, unmarkAll } from '../list/marks.ts';
import { moveBy, movePage, moveToEnd, moveToStart } from '../list/move.ts';
import { DESTINATIONS } from '../screens/screens.ts';
import { everythingIsStale } from '../session/staleness.ts';
import { currentList, currentView, topLayer } from '../state/app-state.ts';
import { changeLayer, changeList, closeLayer, flash, openLayer } from '../state/changes.ts';
import { back, goTo, goToPrevious } from '../state/navigate.ts';
import { dialogFocus, pressDialog } from './dialog.ts';
import { editSchedule, leaveEditor, saveTyped } from './edit-schedule.ts';
import { haltOrActivate } from './halt.ts';
import { chooseKeep } from './keep.ts';
import {
  chooseRelated,
  chooseSort,
  copySubject,
  markEverything,
  movePane,
  openDetails,
  reverseSort,
  shiftColumns,
  togglePane,
} from './lists.ts';
import { enterOverview, scrollView } from './moving.ts';
import { type Program, say } from './program.ts';
import { applyGoto, cancelFilter, completeGoto, keepFilter, openFilter, openGoto } from './prompts.ts';
import { runNow } from './run-now.ts';

type Action = (program: Program) => unknown;
type ScreenCommand = Extract<CommandId, `screen.${string}`>;

const screenActions = Object.fromEntries(
  DESTINATIONS.map((destination): [string, Action] => [
    `screen.${destination.name}`,
    ({ store }) => store.update((state) => goTo(state, destination)),
  ]),
) as Record<ScreenCommand, Action>;

const ACTIONS: Readonly<Record<CommandId, Action>> = {
  ...screenActions,
  'goto.open': openGoto,
  previous: (program) => {
    const there = goToPrevious(program.store.get());
    if (there === null) say(program, 'there was no screen before this one', 'warning');
    else program.store.update(() => there);
  },
  back: (program) => {
    const there = back(program.store.get());
    if (there === null) program.quit();
    else program.store.update(() => there);
  },
  leave: (program) => program.quit(),
  'move.down': (program) => scrollView(program, (list, height) => moveBy(list, 1, height), 1, 'line'),
  'move.up': (program) => scrollView(program, (list, height) => moveBy(list, -1, height), -1, 'line'),
  'move.pagedown': (program) => scrollView(program, (list, height) => movePage(list, 1, height), 1, 'page'),
  'move.pageup': (program) => scrollView(program, (list, height) => movePage(list, -1, height), -1, 'page'),
  'move.start': (program) => scrollView(program, moveToStart, -1, 'all'),
  'move.end': (program) => scrollView(program, moveToEnd, 1, 'all'),
  'columns.left': (program) => shiftColumns(program, -1),
  'columns.right': (program) => shiftColumns(program, 1),
  enter: (program) =>
    currentView(program.store.get()).kind === 'overview' ? enterOverview(program) : openDetails(program),
  related: chooseRelated,
  'related.list': chooseRelated,
  'filter.open': openFilter,
  'sort.choose': chooseSort,
  'sort.reverse': reverseSort,
  'pane.toggle': togglePane,
  'pane.side': movePane,
  freeze: (program) => {
    const { frozen } = program.store.get();
    program.store.update((state) =>
      frozen ? everythingIsStale({ ...state, frozen: false }) : { ...state, frozen: true },
    );
    say(
      program,
      frozen
        ? 'the screen follows the catalog again'
        : 'frozen: nothing changes on the screen until z is pressed again',
    );
  },
  copy: copySubject,
  'mark.toggle': ({ store }) =>
    store.update((state) => changeList(state, (list, height) => moveBy(toggleMark(list), 1, height))),
  'mark.range': (program) => {
    program.store.update((state) => changeList(state, markRange));
    const list = currentList(program.store.get());
    if (list !== null && list.rangeFrom !== null) say(program, 'from here: move, and press v again');
  },
  'mark.all': markEverything,
  'mark.none': ({ store }) => store.update((state) => changeList(state, unmarkAll)),
  log: (program) => {
    if (currentView(program.store.get()).kind === 'list') openDetails(program, true);
    else scrollView(program, (list) => list, 1, 'all');
  },
  wrap: ({ store }) =>
    store.update((state) => {
      const details = state.details[currentView(state).key];
      if (details === undefined) return state;
      return { ...state, details: { ...state.details, [currentView(state).key]: { ...details, wrap: !details.wrap } } };
    }),
  run: runNow,
  halt: haltOrActivate,
  keep: chooseKeep,
  edit: editSchedule,
  new: nothing,
  cancel: nothing,
  restore: nothing,
  copyjob: nothing,
  verify: nothing,
  delete: nothing,
  'help.open': ({ store }) => store.update((state) => openLayer(state, { kind: 'help', scroll: 0 })),
  'help.close': ({ store }) => store.update(closeLayer),
  reload: (program) => {
    program.store.update(everythingIsStale);
    say(program, 'read again');
  },
  repaint: (program) => program.repaint(),
  quit: (program) => program.quit(),
  'filter.apply': keepFilter,
  'filter.cancel': cancelFilter,
  'goto.apply': applyGoto,
  'goto.complete': completeGoto,
  'goto.cancel': ({ store }) => store.update(closeLayer),
  // The menu listens to these itself.
  'menu.move': nothing,
  'menu.take': nothing,
  'menu.cancel': ({ store }) => store.update(closeLayer),
  'confirm.yes': ({ store }) => {
    const layer = topLayer(store.get());
    store.update(closeLayer);
    if (layer?.kind === 'confirm') layer.yes();
  },
  'dialog.next': ({ store }) => store.update((state) => changeLayer(state, 'dialog', (layer) => dialogFocus(layer, 1))),
  'dialog.before': ({ store }) =>
    store.update((state) => changeLayer(state, 'dialog', (layer) => dialogFocus(layer, -1))),
  'dialog.press': pressDialog,
  'dialog.cancel': ({ store }) => store.update((state) => flash(closeLayer(state), 'nothing was done')),
  'schedule.save': (program) => {
    const layer = topLayer(program.store.get());
    if (layer?.kind === 'schedule') saveTyped(program, layer);
  },
  'schedule.cancel': (program) => {
    const layer = topLayer(program.store.get());
    if (layer?.kind === 'schedule') leaveEditor(program, layer);
  },
};

/** Never carried out: these commands say what to use instead, or somebody else listens to their keys. */
function nothing(): void {}

/** Does what a command says, or says why it can't. */
export function execute(program: Program, command: KnownCommand): void {
  const reason = whyNot(program, command);
  if (reason !== null) say(program, reason, 'warning');
  else ACTIONS[command.id](program);
}

function whyNot({ store }: Program, command: Command): string | null {
  const state = store.get();
  if (command.instead !== undefined) return `${command.help} is not here yet; use ${command.instead}`;
  const view = currentView(state);
  if (command.screens !== undefined && (view.kind === 'overview' || !command.screens.includes(view.screen))) {
    return `${command.help}: only on ${command.screens.map(titleOf).join(', ')}`;
  }
  if (command.group !== 'Actions') return null;
  if (currentList(state)?.loaded === false) return 'the rows are still being read';
  return state.connection.readOnly ? 'this is read only: nothing can be changed from here' : null;
}

const titleOf = (screen: string): string =>
  DESTINATIONS.find(({ name }) => name === screen)?.title.toLowerCase() ?? screen;
