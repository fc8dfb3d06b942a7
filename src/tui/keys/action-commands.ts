import type { ListScreenId } from '../screens/screen-ids.ts';
import type { Command } from './command.ts';

const JOBS: readonly ListScreenId[] = ['dumpjobs', 'restorejobs'];
const HALTABLE: readonly ListScreenId[] = ['dumpjobs', 'restorejobs', 'instances', 'workers'];
const ROWS = ['list', 'details'] as const;

/** What changes the catalog. */
export const ACTION_COMMANDS = [
  {
    id: 'run',
    keys: ['r'],
    contexts: ROWS,
    group: 'Actions',
    help: 'run the job now (asks)',
    screens: JOBS,
    hint: 'run now',
    hintOrder: 20,
  },
  {
    id: 'halt',
    keys: ['t'],
    contexts: ROWS,
    group: 'Actions',
    help: 'halt or activate',
    screens: HALTABLE,
    hint: 'halt/activate',
    hintOrder: 21,
  },
  {
    id: 'keep',
    keys: ['K'],
    contexts: ROWS,
    group: 'Actions',
    help: 'keep a dump: yes, no, or as retention says',
    screens: ['dumps'],
    hint: 'keep',
    hintOrder: 22,
  },
  {
    id: 'edit',
    keys: ['e'],
    contexts: ROWS,
    group: 'Actions',
    help: 'edit the schedule',
    screens: JOBS,
    hint: 'schedule',
    hintOrder: 23,
  },
  { id: 'new', keys: ['n'], contexts: ['list'], group: 'Actions', help: 'new', instead: '`pgsnapman … add`' },
  {
    id: 'cancel',
    keys: ['x'],
    contexts: ROWS,
    group: 'Actions',
    help: 'cancel what runs',
    instead: '`pgsnapman activity cancel ID`',
  },
  {
    id: 'restore',
    keys: ['R'],
    contexts: ROWS,
    group: 'Actions',
    help: 'restore wizard',
    instead: '`pgsnapman restorejob add --dump ID --to INSTANCE --db NAME`',
  },
  {
    id: 'copyjob',
    keys: ['C'],
    contexts: ROWS,
    group: 'Actions',
    help: 'copy wizard',
    instead: '`pgsnapman dumpjob add … --trigger RESTOREJOB`',
  },
  {
    id: 'verify',
    keys: ['V'],
    contexts: ROWS,
    group: 'Actions',
    help: 'verify a dump',
    instead: '`pgsnapman dump verify ID`',
  },
  { id: 'delete', keys: ['D'], contexts: ROWS, group: 'Actions', help: 'delete', instead: '`pgsnapman … delete`' },
] as const satisfies readonly Command[];
