import { cut, widthOf } from '../text/fit.ts';
import type { TextField } from '../text/text-field.ts';
import type { Theme } from '../theme/theme.ts';

/** The text that is typed, with the place of the next character; the part around it where the line is too short. */
export function promptLine(sign: string, field: TextField, width: number, theme: Theme): string {
  const room = width - widthOf(sign) - 1;
  const before: string[] = [];
  let used = 0;
  for (let index = field.cursor - 1; index >= 0; index--) {
    const character = field.characters[index] ?? '';
    used += widthOf(character);
    if (used > room - 1) break;
    before.unshift(character);
  }
  const at = field.characters[field.cursor] ?? ' ';
  const left = before.join('');
  const after = field.characters.slice(field.cursor + 1).join('');
  const rest = cut(after, Math.max(0, room - widthOf(left) - widthOf(at)), theme.symbols.ellipsis);
  return `${theme.paint('key', sign)}${left}${theme.paint('selected', at)}${rest}`;
}
