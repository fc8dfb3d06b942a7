import type { CellContext } from '../list/columns.ts';
import { cleanLines } from '../text/clean.ts';
import { ago, fullTime } from '../text/time.ts';
import { nameText } from '../text/values.ts';
import { toneOf, toneText } from '../theme/tones.ts';
import type { Detail } from './screen.ts';

export const field = (label: string, text: string | number | null, style?: Detail['style']): Detail => ({
  label,
  text: typeof text === 'number' ? String(text) : nameText(text),
  ...(style === undefined ? {} : { style }),
});

export const stateField = (label: string, state: string): Detail => ({
  label,
  text: toneText(state),
  style: toneOf(state).style,
});

export const timeField = (label: string, time: Date | null, { now, zone, brief }: CellContext): Detail => ({
  label,
  text: time === null ? '-' : `${fullTime(time, zone)}${time <= now && !brief ? `, ${ago(time, now)}` : ''}`,
});

export const heading = (text: string): Detail => ({ text, style: 'heading' });
export const blank: Detail = { text: '' };

/** Text of several lines from outside, as it is. */
export function verbatim(text: string | null): Detail[] {
  return text === null || text === '' ? [] : cleanLines(text).map((line) => ({ text: line, verbatim: true }));
}

export function warningLines(warnings: readonly string[]): Detail[] {
  if (warnings.length === 0) return [];
  return [
    blank,
    heading('Warnings'),
    ...warnings.flatMap((warning): Detail[] =>
      cleanLines(warning).map((text) => ({ text: `! ${text}`, style: 'warning' })),
    ),
  ];
}
