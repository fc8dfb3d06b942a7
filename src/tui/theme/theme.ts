/** What a piece of text means; how it looks is decided here alone. State never shows by colour only. */
export type Style =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'good'
  | 'warning'
  | 'bad'
  | 'accent'
  | 'heading'
  | 'key'
  | 'selected'
  | 'marked';

interface Symbols {
  ellipsis: string;
  line: string;
  /** Between the list and a pane at its right. */
  divider: string;
  /** Path from one screen into the next. */
  into: string;
}

export interface Theme {
  color: boolean;
  ascii: boolean;
  symbols: Symbols;
  paint(style: Style, text: string): string;
}

const UNICODE: Symbols = { ellipsis: '…', line: '─', divider: '│', into: '›' };
const ASCII: Symbols = { ellipsis: '~', line: '-', divider: '|', into: '>' };

/** Codes that switch a style on and off again; only these two are needed, so styles can be nested. */
const CODES: Readonly<Record<Style, readonly (readonly [on: number, off: number])[]>> = {
  plain: [],
  bold: [[1, 22]],
  dim: [[2, 22]],
  good: [[32, 39]],
  warning: [[33, 39]],
  bad: [[31, 39]],
  accent: [[36, 39]],
  heading: [[1, 22]],
  key: [[36, 39]],
  selected: [[7, 27]],
  marked: [[1, 22]],
};
/** Bold and inverse are no colours: they stay under NO_COLOR. */
const WITHOUT_COLOR: readonly number[] = [1, 7];

/** The looks of the manager. `color` false: as NO_COLOR (https://no-color.org) asks. */
export function createTheme({ color, ascii }: { color: boolean; ascii: boolean }): Theme {
  const codes = new Map(
    Object.entries(CODES).map(([style, pairs]) => {
      const used = pairs.filter(([on]) => color || WITHOUT_COLOR.includes(on));
      const on = used.map(([code]) => `\u001b[${code}m`).join('');
      const off = used.map(([, code]) => `\u001b[${code}m`).join('');
      return [style, { on, off }];
    }),
  );
  return {
    color,
    ascii,
    symbols: ascii ? ASCII : UNICODE,
    paint(style, text) {
      const { on, off } = codes.get(style) ?? { on: '', off: '' };
      return text === '' || on === '' ? text : `${on}${text}${off}`;
    },
  };
}
