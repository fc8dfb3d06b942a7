import { formatDuration } from '../../core/text/duration.ts';
import { formatBytes, formatCount } from '../../core/text/numbers.ts';
import { clean } from './clean.ts';

/** Nothing known: a dash, so that a gap is not taken for a drawing error. */
const NONE = '-';

export const bytesText = (bytes: number | null): string => (bytes === null ? NONE : formatBytes(bytes));
export const countText = (count: number | null): string => (count === null ? NONE : formatCount(count));
export const tookText = (from: Date, to: Date): string =>
  formatDuration(Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000) * 1000));
/** Text from outside; empty and null are a dash. */
export const nameText = (text: string | null): string => (text === null || text === '' ? NONE : clean(text));
export const listText = (items: readonly string[]): string => (items.length === 0 ? NONE : items.map(clean).join(', '));

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const ASCII_BARS = ['_', '.', ':', '-', '=', '+', '*', '#'] as const;

/** A row of small bars, one column each, the highest value as the highest bar. */
export function sparkline(values: readonly number[], ascii: boolean): string {
  const bars = ascii ? ASCII_BARS : BARS;
  const most = Math.max(...values, 0);
  return values
    .map((value) => bars[most <= 0 ? 0 : Math.min(bars.length - 1, Math.floor((value / most) * bars.length))])
    .join('');
}

/** `[######----]`; null: the total is not known, `[··········]`. */
export function progressBar(share: number | null, width: number, ascii: boolean): string {
  const room = Math.max(1, width - 2);
  const [full, empty] = ascii ? ['#', '-'] : ['█', '░'];
  if (share === null) return `[${(ascii ? '.' : '·').repeat(room)}]`;
  const filled = Math.round(Math.min(1, Math.max(0, share)) * room);
  return `[${full.repeat(filled)}${empty.repeat(room - filled)}]`;
}
