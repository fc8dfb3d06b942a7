import stringWidth from 'string-width';
import { charactersOf } from './characters.ts';

/** Columns that a text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Cuts a text to at most `width` columns, between characters as people see them; the last column is then `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let result = '';
  let used = 0;
  for (const segment of charactersOf(text)) {
    const segmentWidth = displayWidth(segment);
    if (used + segmentWidth > width - 1) break;
    result += segment;
    used += segmentWidth;
  }
  return `${result}…`;
}

/** Fills up with spaces to exactly `width` columns; cuts what is longer. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return align === 'left' ? cut + space : space + cut;
}
