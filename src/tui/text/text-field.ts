import { charactersOf } from '../../core/text/characters.ts';

/** A line of text that is being typed; `cursor` counts whole characters as people see them. */
export interface TextField {
  characters: readonly string[];
  cursor: number;
}

const LONGEST = 500;

export function newField(text = ''): TextField {
  const characters = charactersOf(text);
  return { characters, cursor: characters.length };
}

export const fieldText = (field: TextField): string => field.characters.join('');

/** Puts text in at the cursor; it must be clean. */
export function insertText(field: TextField, text: string): TextField {
  const added = charactersOf(text).slice(0, Math.max(0, LONGEST - field.characters.length));
  const characters = [...field.characters.slice(0, field.cursor), ...added, ...field.characters.slice(field.cursor)];
  return { characters, cursor: field.cursor + added.length };
}

function remove(field: TextField, from: number, to: number): TextField {
  return { characters: [...field.characters.slice(0, from), ...field.characters.slice(to)], cursor: from };
}

function wordStart({ characters, cursor }: TextField): number {
  let start = cursor;
  while (start > 0 && characters[start - 1] === ' ') start--;
  while (start > 0 && characters[start - 1] !== ' ') start--;
  return start;
}

/** The field after an editing key; null: the key does not edit. */
export function editField(field: TextField, key: string): TextField | null {
  const { characters, cursor } = field;
  const end = characters.length;
  switch (key) {
    case 'left':
      return { characters, cursor: Math.max(0, cursor - 1) };
    case 'right':
      return { characters, cursor: Math.min(end, cursor + 1) };
    case 'home':
    case 'ctrl+a':
      return { characters, cursor: 0 };
    case 'end':
    case 'ctrl+e':
      return { characters, cursor: end };
    case 'backspace':
      return cursor === 0 ? field : remove(field, cursor - 1, cursor);
    case 'delete':
      return cursor === end ? field : remove(field, cursor, cursor + 1);
    case 'ctrl+u':
      return remove(field, 0, cursor);
    case 'ctrl+k':
      return remove(field, cursor, end);
    case 'ctrl+w':
      return remove(field, wordStart(field), cursor);
    default:
      return null;
  }
}
