/** The part of Ink's key description that is used. */
export interface InkKey {
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  pageUp: boolean;
  pageDown: boolean;
  home: boolean;
  end: boolean;
  return: boolean;
  escape: boolean;
  tab: boolean;
  backspace: boolean;
  delete: boolean;
  ctrl: boolean;
  shift: boolean;
  meta: boolean;
  eventType?: 'press' | 'repeat' | 'release' | undefined;
}

export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

const SPECIAL: readonly (readonly [keyof InkKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/**
 * What a key is called here: a printable character is itself, the others have names (`enter`, `ctrl+r`, `shift+tab`).
 * Null: nothing that anybody could have meant, such as a key that was let go.
 */
export function keyName(input: string, key: InkKey): string | null {
  if (key.eventType === 'release') return null;
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  for (const [property, name] of SPECIAL) if (key[property] === true) return name;
  if (input === '') return null;
  if (key.ctrl) return `ctrl+${input.toLowerCase()}`;
  if (key.meta) return null;
  return input === ' ' ? 'space' : input;
}

/** The character that a key types; null: it types nothing. */
export function typedText(key: string): string | null {
  if (key === 'space') return ' ';
  return isNamed(key) ? null : key;
}

const NAMED = new Set<string>([...SPECIAL.map(([, name]) => name), 'tab', 'shift+tab']);
const isNamed = (key: string): boolean => NAMED.has(key) || key.startsWith('ctrl+');

const SHOWN: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  enter: 'Enter',
  escape: 'Esc',
  backspace: 'Backspace',
  delete: 'Del',
  tab: 'Tab',
  'shift+tab': 'Shift+Tab',
  space: 'Space',
};

/** How a key is written for people: `Ctrl+R`, `PgUp`, `/`. */
export function keyLabel(key: string): string {
  if (key.startsWith('ctrl+')) return `Ctrl+${key.slice(5).toUpperCase()}`;
  return SHOWN[key] ?? key;
}
