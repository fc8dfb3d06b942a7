import { helpGroups } from '../keys/help.ts';
import { cut, padTo, wrap } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';

const KEYS_WIDTH = 17;

/** All lines of the help, of which the body shows as many as it is high. */
export function helpLines(width: number, theme: Theme): string[] {
  return helpGroups().flatMap(({ title, entries }) => [
    theme.paint('heading', title),
    ...entries.flatMap(({ keys, help }) =>
      wrap(help, Math.max(20, width - KEYS_WIDTH - 4)).map((line, index) => {
        const head = index === 0 ? keys : '';
        const shown = theme.paint('key', padTo(head, KEYS_WIDTH, 'left', theme.symbols.ellipsis));
        return `  ${shown}  ${cut(line, width - KEYS_WIDTH - 4, theme.symbols.ellipsis)}`;
      }),
    ),
    '',
  ]);
}
