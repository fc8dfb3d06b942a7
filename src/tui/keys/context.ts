import { type AppState, currentView, topLayer } from '../state/app-state.ts';
import type { KeyContext } from './command.ts';

/** Who has the keys: what lies on top, else the screen itself. */
export function keyContext(state: AppState): KeyContext {
  const layer = topLayer(state);
  if (layer === null) return currentView(state).kind;
  return layer.kind === 'prompt' ? layer.purpose : layer.kind;
}

/** Text goes into a field here, so that only keys that type nothing are commands. */
export function isTyping(context: KeyContext): boolean {
  return context === 'filter' || context === 'goto' || context === 'schedule';
}
