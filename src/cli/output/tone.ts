import { styleText } from 'node:util';

const TONES: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  ok: 'green',
  active: 'green',
  available: 'green',
  ok_with_warnings: 'yellow',
  halted: 'yellow',
  cancelled: 'yellow',
  warning: 'yellow',
  removing: 'yellow',
  failed: 'red',
  stalled: 'red',
  lost: 'red',
  error: 'red',
  critical: 'red',
};

/** Colours a cell whose value is a word with a meaning (an outcome, a status, a level); others stay as they are. */
export function paint(word: unknown, text: string): string {
  const tone = typeof word === 'string' ? TONES[word] : undefined;
  return tone === undefined ? text : styleText(tone, text, { validateStream: false });
}
