import { plain } from '../../core/text/plain.ts';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const CHARACTERS_WITHOUT_A_CELL = /\p{Default_Ignorable_Code_Point}/gu;
/** Terminals disagree whether a skin tone takes cells of its own. */
const SKIN_TONES = /[\u{1f3fb}-\u{1f3ff}]/gu;
/** Two of them are one flag in some terminals and two letters in others. */
const FLAG_LETTERS = /[\u{1f1e6}-\u{1f1ff}]/gu;
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu;

/**
 * Text from outside as one line that every terminal draws in the same number of columns: no control characters, no
 * direction overrides, no invisible characters that join others into one, nothing piled up over other lines.
 */
export function clean(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return plain(text)
    .normalize('NFC')
    .replace(CHARACTERS_WITHOUT_A_CELL, '')
    .replace(SKIN_TONES, '')
    .replace(FLAG_LETTERS, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0x1f1e6) - 0x1f1e6 + 0x41))
    .replace(STACKED_MARKS, '$1');
}

/** The same for text of several lines; line ends separate, tabs become spaces. */
export function cleanLines(text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split(/\r\n|\n|\r/)
    .map(clean);
}
