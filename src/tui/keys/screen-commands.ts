import { type Command, VIEWS } from './command.ts';

const SCREENS = [
  ['1', 'overview', 'overview: did the last night go well, what runs, what comes'],
  ['2', 'workers', 'workers'],
  ['3', 'instances', 'instances'],
  ['4', 'databases', 'databases'],
  ['5', 'dumpjobs', 'dump jobs'],
  ['6', 'dumps', 'dumps'],
  ['7', 'restorejobs', 'restore jobs'],
  ['8', 'restorelog', 'restore log'],
  ['9', 'messages', 'messages'],
  ['0', 'activity', 'activity: what runs now'],
] as const;

/** Going from screen to screen. */
export const SCREEN_COMMANDS = [
  ...SCREENS.map(
    ([key, name, help]) =>
      ({ id: `screen.${name}`, keys: [key], contexts: VIEWS, group: 'Screens', help }) as const satisfies Command,
  ),
  {
    id: 'goto.open',
    keys: [':'],
    contexts: VIEWS,
    group: 'Screens',
    help: 'go to a screen by name, `:dumps shop` with a filter; Tab completes',
    hint: 'go to',
    hintOrder: 41,
  },
  { id: 'previous', keys: ['-'], contexts: VIEWS, group: 'Screens', help: 'the screen before this one' },
  {
    id: 'back',
    keys: ['escape', 'q'],
    contexts: ['list', 'details'],
    group: 'Screens',
    help: 'back',
    hint: 'back',
    hintOrder: 60,
  },
  {
    id: 'leave',
    keys: ['q'],
    contexts: ['overview'],
    group: 'Screens',
    help: 'end the program',
    hint: 'quit',
    hintOrder: 60,
  },
] as const satisfies readonly Command[];

const EVERYWHERE = [...VIEWS, 'help', 'filter', 'goto', 'menu', 'confirm', 'dialog', 'schedule'] as const;

/** The program itself. */
export const PROGRAM_COMMANDS = [
  { id: 'help.open', keys: ['?'], contexts: VIEWS, group: 'Program', help: 'this help', hint: 'help', hintOrder: 61 },
  { id: 'reload', keys: ['ctrl+r'], contexts: VIEWS, group: 'Program', help: 'read everything on the screen again' },
  { id: 'repaint', keys: ['ctrl+l'], contexts: EVERYWHERE, group: 'Program', help: 'paint the screen again' },
  {
    id: 'quit',
    keys: ['ctrl+c'],
    contexts: EVERYWHERE,
    group: 'Program',
    help: 'end the program at once, from anywhere',
  },
] as const satisfies readonly Command[];
