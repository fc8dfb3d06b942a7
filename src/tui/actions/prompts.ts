import { relist } from '../list/list-state.ts';
import { DESTINATIONS, type Destination } from '../screens/screens.ts';
import { currentList, topLayer } from '../state/app-state.ts';
import { changeLayer, changeList, closeLayer, openLayer } from '../state/changes.ts';
import { goTo } from '../state/navigate.ts';
import { fieldText, newField } from '../text/text-field.ts';
import { type Program, say } from './program.ts';

const FILTER_REST_MS = 250;
let filterTimer: NodeJS.Timeout | undefined;

export function openFilter(program: Program): void {
  const before = currentList(program.store.get())?.filter ?? '';
  program.store.update((state) =>
    openLayer(state, { kind: 'prompt', purpose: 'filter', field: newField(before), before }),
  );
}

/** The list follows what is typed, when the typing rests. */
export function filterTyped(program: Program): void {
  clearTimeout(filterTimer);
  filterTimer = setTimeout(() => {
    const layer = topLayer(program.store.get());
    if (layer?.kind === 'prompt' && layer.purpose === 'filter') setFilter(program, fieldText(layer.field));
  }, FILTER_REST_MS);
}

export function keepFilter(program: Program): void {
  closePrompt(program, (text) => setFilter(program, text));
}

export function cancelFilter(program: Program): void {
  const layer = topLayer(program.store.get());
  closePrompt(program, () => setFilter(program, layer?.kind === 'prompt' ? layer.before : ''));
}

function setFilter(program: Program, text: string): void {
  const filter = text.trim();
  program.store.update((state) =>
    changeList(state, (list) => (list.filter === filter && list.error === null ? list : relist(list, { filter }))),
  );
}

function closePrompt(program: Program, then: (text: string) => void): void {
  clearTimeout(filterTimer);
  const layer = topLayer(program.store.get());
  if (layer?.kind !== 'prompt') return;
  program.store.update(closeLayer);
  then(fieldText(layer.field));
}

export function openGoto(program: Program): void {
  program.store.update((state) => openLayer(state, { kind: 'prompt', purpose: 'goto', field: newField(), before: '' }));
}

/** Places whose names begin with what was typed; the exact name first. */
export function gotoCandidates(text: string): readonly Destination[] {
  const word = (text.trimStart().split(' ')[0] ?? '').toLowerCase();
  const fits = (name: string): boolean => name.startsWith(word);
  const exact = DESTINATIONS.filter(({ name, aliases }) => name === word || aliases.includes(word));
  const begun = DESTINATIONS.filter(({ name, aliases }) => fits(name) || aliases.some(fits));
  return [...new Set([...exact, ...begun])];
}

export function completeGoto(program: Program): void {
  program.store.update((state) =>
    changeLayer(state, 'prompt', (layer) => {
      const text = fieldText(layer.field);
      if (text.trimStart().includes(' ')) return layer;
      const names = gotoCandidates(text)
        .map(({ name }) => name)
        .filter((name) => name.startsWith(text.trim().toLowerCase()));
      const [first] = names;
      if (first === undefined) return layer;
      const common = names.reduce((prefix, name) => commonPrefix(prefix, name), first);
      const completed = names.length === 1 ? `${first} ` : common.length > text.trim().length ? common : `${first} `;
      return { ...layer, field: newField(completed) };
    }),
  );
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

export function applyGoto(program: Program): void {
  closePrompt(program, (text) => {
    const [word = '', ...rest] = text.trim().split(/\s+/);
    if (word === '') return;
    if (word === 'q' || word === 'quit') return program.quit();
    const [destination] = gotoCandidates(word);
    if (destination === undefined)
      return say(program, `there is no screen "${word}"; : and Tab shows their names`, 'warning');
    const filter = rest.join(' ');
    program.store.update((state) => {
      const there = goTo(state, destination);
      return filter === '' ? there : changeList(there, (list) => relist(list, { filter }));
    });
  });
}
