import type { AppState } from './app-state.ts';

export interface Store {
  get(): AppState;
  /** Changes the state by a pure function; the same object back: nothing changed. */
  update(change: (state: AppState) => AppState): void;
  subscribe(listener: () => void): () => void;
}

export function createStore(initial: AppState): Store {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    update(change) {
      const next = change(state);
      if (next === state) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
