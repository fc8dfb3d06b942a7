import type { ListScreenId } from '../screens/screen-ids.ts';

/** Where keys mean something: kinds of screens, and what can lie above them. */
export type KeyContext =
  | 'overview'
  | 'list'
  | 'details'
  | 'help'
  | 'filter'
  | 'goto'
  | 'menu'
  | 'confirm'
  | 'dialog'
  | 'schedule';

/** Titles of the help, in its order. */
export const KEY_GROUPS = [
  'Screens',
  'Moving',
  'Lists',
  'Marks',
  'Details',
  'Actions',
  'Program',
  'Typing a filter',
  'Going to a screen',
  'A choice',
  'A question',
  'A dialog',
  'A schedule',
  'The help',
] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

/** A thing that keys do. The help, the hints, the documentation and the dispatcher are all made from these. */
export interface Command {
  id: string;
  keys: readonly string[];
  contexts: readonly KeyContext[];
  group: KeyGroup;
  /** What it does, for the help and the documentation. */
  help: string;
  /** A word or two for the line of hints; absent: not hinted at. */
  hint?: string;
  /** Hints with a lower number come first. */
  hintOrder?: number;
  /** Only these lists can do it. */
  screens?: readonly ListScreenId[];
  /** Not there yet: what to use instead. */
  instead?: string;
}

/** The screens themselves, whatever they show. */
export const VIEWS: readonly KeyContext[] = ['overview', 'list', 'details'];
