import type { ReviewRow } from '../components/small-table.tsx';
import type { TextField } from '../text/text-field.ts';

/** A choice: what it is called, and what choosing it does. */
interface Choice {
  label: string;
  choose(): void;
}

/** Typed on the line above the hints. */
interface PromptLayer {
  kind: 'prompt';
  purpose: 'filter' | 'goto';
  field: TextField;
  /** What the filter was before, for Escape. */
  before: string;
}

export interface MenuLayer {
  kind: 'menu';
  title: string;
  choices: readonly Choice[];
  initial: number;
}

/** A question that `y` says yes to; every other key is no. */
interface ConfirmLayer {
  kind: 'confirm';
  question: string;
  yes(): void;
}

/** Something that cannot be taken back: what it is about, what it does, and a name to type. */
export interface DialogLayer {
  kind: 'dialog';
  title: string;
  review: readonly ReviewRow[];
  effect: string;
  name: string;
  field: TextField;
  focus: 'cancel' | 'name' | 'confirm';
  confirmLabel: string;
  confirm(): void;
}

export interface ScheduleLayer {
  kind: 'schedule';
  title: string;
  field: TextField;
  before: string;
  /** Of the job; null: that of a machine whose zone is not known here. */
  zone: string | null;
  error: string | null;
  save(schedule: string): void;
}

interface HelpLayer {
  kind: 'help';
  scroll: number;
}

/** What lies above the screen; the last one gets the keys. */
export type Layer = PromptLayer | MenuLayer | ConfirmLayer | DialogLayer | ScheduleLayer | HelpLayer;
