import { topLayer } from '../state/app-state.ts';
import { closeLayer, flash } from '../state/changes.ts';
import type { DialogLayer } from '../state/layers.ts';
import { fieldText } from '../text/text-field.ts';
import { type Program, say } from './program.ts';

const ORDER: readonly DialogLayer['focus'][] = ['cancel', 'name', 'confirm'];

export function dialogFocus(layer: DialogLayer, by: 1 | -1): DialogLayer {
  const next = (ORDER.indexOf(layer.focus) + by + ORDER.length) % ORDER.length;
  return { ...layer, focus: ORDER[next] ?? 'cancel' };
}

export const nameIsTyped = (layer: DialogLayer): boolean => fieldText(layer.field) === layer.name;

/** Enter: cancels where the cursor is at the start; goes on from the field; carries out only under the right name. */
export function pressDialog(program: Program): void {
  const layer = topLayer(program.store.get());
  if (layer?.kind !== 'dialog') return;
  if (layer.focus === 'cancel') {
    program.store.update((state) => flash(closeLayer(state), 'nothing was done'));
    return;
  }
  if (!nameIsTyped(layer)) {
    say(program, `type ${layer.name} into the field first`, 'warning');
    return;
  }
  program.store.update(closeLayer);
  layer.confirm();
}
