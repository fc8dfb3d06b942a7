import { execute } from '../actions/execute.ts';
import type { Program } from '../actions/program.ts';
import { filterTyped } from '../actions/prompts.ts';
import { type AppState, topLayer } from '../state/app-state.ts';
import { changeLayer, closeLayer, flash } from '../state/changes.ts';
import type { TextField } from '../text/text-field.ts';
import { commandFor } from './commands.ts';
import { keyContext } from './context.ts';
import { type Meaning, meaningOf, meaningOfPaste } from './dispatcher.ts';

/** A key was pressed: finds its meaning and carries it out. A message stays until the next key, but painting the screen again is none. */
export function pressKey(program: Program, key: string): void {
  if (commandFor(key, keyContext(program.store.get()))?.id !== 'repaint') {
    program.store.update((state) => (state.flash === null ? state : { ...state, flash: null }));
  }
  carryOut(program, meaningOf(program.store.get(), key));
}

export function pasteText(program: Program, text: string): void {
  carryOut(program, meaningOfPaste(program.store.get(), text));
}

function carryOut(program: Program, meaning: Meaning): void {
  const { store } = program;
  switch (meaning.kind) {
    case 'command':
      execute(program, meaning.command);
      return;
    case 'edit':
      store.update((state) => putField(state, meaning.field));
      if (topLayer(store.get())?.kind === 'prompt') filterTyped(program);
      return;
    case 'no':
      store.update((state) => flash(closeLayer(state), 'nothing was done'));
      return;
    case 'nothing':
      store.update((state) => flash(state, meaning.say, 'warning'));
      return;
    case 'elsewhere':
      return;
  }
}

function putField(state: AppState, field: TextField): AppState {
  const layer = topLayer(state);
  if (layer?.kind === 'prompt') return changeLayer(state, 'prompt', (prompt) => ({ ...prompt, field }));
  if (layer?.kind === 'dialog') return changeLayer(state, 'dialog', (dialog) => ({ ...dialog, field }));
  return changeLayer(state, 'schedule', (schedule) => ({ ...schedule, field, error: null }));
}
