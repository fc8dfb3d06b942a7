import type { Detail } from '../screens/screen.ts';
import { cut, padTo, wrap } from '../text/fit.ts';
import type { Theme } from '../theme/theme.ts';

const LABEL_WIDTH = 14;
const GAP = 2;

/** Details as lines of at most `width` columns. `wrapVerbatim` false: lines of logs are cut instead of broken. */
export function detailText(details: readonly Detail[], width: number, theme: Theme, wrapVerbatim: boolean): string[] {
  return details.flatMap((detail) => {
    const { label, text, style = 'plain', verbatim } = detail;
    if (label === undefined) {
      const lines = verbatim && !wrapVerbatim ? [cut(text, width, theme.symbols.ellipsis)] : wrap(text, width);
      return lines.map((line) => theme.paint(style, line));
    }
    const room = Math.max(8, width - LABEL_WIDTH - GAP);
    const name = padTo(label, LABEL_WIDTH, 'left', theme.symbols.ellipsis);
    return wrap(text, room).map((line, index) => {
      const head = index === 0 ? theme.paint('dim', name) : ' '.repeat(LABEL_WIDTH);
      return `${head}${' '.repeat(GAP)}${theme.paint(style, line)}`;
    });
  });
}
