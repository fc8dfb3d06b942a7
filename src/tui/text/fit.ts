import { charactersOf } from '../../core/text/characters.ts';
import { displayWidth, truncate } from '../../core/text/width.ts';

export type Align = 'left' | 'right';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Columns of clean text; the common case without looking at every character's properties. */
export function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : displayWidth(text);
}

/** Cuts clean text to at most `width` columns; what was cut shows as `ellipsis` (one column). */
export function cut(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, width - 1) + ellipsis;
  const shortened = truncate(text, width);
  return shortened.endsWith('…') ? shortened.slice(0, -1) + ellipsis : shortened;
}

/** Clean text in exactly `width` columns. */
export function padTo(text: string, width: number, align: Align = 'left', ellipsis = '…'): string {
  const short = cut(text, width, ellipsis);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + space : space + short;
}

/** Breaks clean text into lines of at most `width` columns, at spaces where there are some. */
export function wrap(text: string, width: number): string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > width) {
      const head = headOf(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  lines.push(line);
  return lines;
}

/** As many whole characters from the start as fit, at least one. */
function headOf(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, width);
  let head = '';
  let used = 0;
  for (const segment of charactersOf(text)) {
    const segmentWidth = displayWidth(segment);
    if (head !== '' && used + segmentWidth > width) break;
    head += segment;
    used += segmentWidth;
  }
  return head;
}
