import { type Command, VIEWS } from './command.ts';

const SCROLLABLE = [...VIEWS, 'help'] as const;

/** Moving and marking. */
export const MOVING_COMMANDS = [
  { id: 'move.down', keys: ['down', 'j'], contexts: SCROLLABLE, group: 'Moving', help: 'down' },
  { id: 'move.up', keys: ['up', 'k'], contexts: SCROLLABLE, group: 'Moving', help: 'up' },
  { id: 'move.pagedown', keys: ['pagedown', 'ctrl+f'], contexts: SCROLLABLE, group: 'Moving', help: 'a page down' },
  { id: 'move.pageup', keys: ['pageup', 'ctrl+b'], contexts: SCROLLABLE, group: 'Moving', help: 'a page up' },
  { id: 'move.start', keys: ['g', 'home'], contexts: SCROLLABLE, group: 'Moving', help: 'to the start' },
  { id: 'move.end', keys: ['G', 'end'], contexts: SCROLLABLE, group: 'Moving', help: 'to the end' },
  { id: 'columns.left', keys: ['h', 'left'], contexts: ['list'], group: 'Moving', help: 'columns back to the right' },
  {
    id: 'columns.right',
    keys: ['l', 'right'],
    contexts: ['list'],
    group: 'Moving',
    help: 'columns out at the left, to see the ones that had no room',
  },

  {
    id: 'mark.toggle',
    keys: ['space'],
    contexts: ['list'],
    group: 'Marks',
    help: 'mark the row, or take its mark away',
    hint: 'mark',
    hintOrder: 48,
  },
  { id: 'mark.range', keys: ['v'], contexts: ['list'], group: 'Marks', help: 'mark from here; again: to here' },
  { id: 'mark.all', keys: ['*'], contexts: ['list'], group: 'Marks', help: 'mark everything that fits the filter' },
  { id: 'mark.none', keys: ['\\'], contexts: ['list'], group: 'Marks', help: 'take all marks away' },
] as const satisfies readonly Command[];
