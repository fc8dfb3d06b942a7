import { type AppState, topLayer } from '../state/app-state.ts';
import { clean } from '../text/clean.ts';
import { editField, insertText, type TextField } from '../text/text-field.ts';
import type { KeyContext } from './command.ts';
import { commandFor, type KnownCommand } from './commands.ts';
import { isTyping, keyContext } from './context.ts';
import { keyLabel, typedText } from './key-name.ts';

/** What a key means. */
export type Meaning =
  | { kind: 'command'; command: KnownCommand }
  | { kind: 'edit'; field: TextField }
  /** The question is answered with no. */
  | { kind: 'no' }
  /** Somebody else listens: the menu handles its own keys. */
  | { kind: 'elsewhere' }
  | { kind: 'nothing'; say: string };

/** The one place where a key finds its meaning, by what is on top of the screen. */
export function meaningOf(state: AppState, key: string): Meaning {
  const context = keyContext(state);
  const field = fieldOf(state);
  const typed = typedText(key);
  if (field !== null && typed !== null && (isTyping(context) || context === 'dialog')) {
    return { kind: 'edit', field: insertText(field, typed) };
  }
  const command = commandFor(key, context);
  if (command !== null) return { kind: 'command', command };
  const edited = field === null ? null : editField(field, key);
  if (edited !== null) return { kind: 'edit', field: edited };
  if (context === 'confirm') return { kind: 'no' };
  if (context === 'menu') return { kind: 'elsewhere' };
  return { kind: 'nothing', say: nothingText(key, context) };
}

/** Pasted text goes where text is typed, as one line. */
export function meaningOfPaste(state: AppState, text: string): Meaning {
  const field = fieldOf(state);
  if (field === null) return { kind: 'nothing', say: 'there is nothing to paste into here' };
  return { kind: 'edit', field: insertText(field, clean(text)) };
}

/** The field that text goes into; null: text means commands. */
function fieldOf(state: AppState): TextField | null {
  const layer = topLayer(state);
  if (layer === null) return null;
  if (layer.kind === 'prompt' || layer.kind === 'schedule') return layer.field;
  return layer.kind === 'dialog' && layer.focus === 'name' ? layer.field : null;
}

function nothingText(key: string, context: KeyContext): string {
  const label = keyLabel(clean(key));
  if (context === 'overview' && key === 'escape') return 'there is nothing to go back to; q ends the program';
  if (context === 'dialog') return 'Tab goes to the field and the buttons, Esc does nothing';
  return `${label} means nothing here; ? shows the keys`;
}
