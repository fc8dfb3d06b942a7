import type { Progress } from '../model/activity.ts';
import { formatDuration } from './duration.ts';
import { formatBytes } from './numbers.ts';
import { plain } from './plain.ts';

/**
 * Progress as one line: `shop: dump  45%  1.2 GiB of 2.6 GiB  85.0 MiB/s  16s left  public.orders`. What is not known is
 * left out; totals are estimates, so the share stays below 100 %.
 */
export function progressText(subject: string, progress: Progress, elapsedMs: number): string {
  const { stage, item, done_bytes: done, total_bytes: total, done_items: items, total_items: allItems } = progress;
  const parts = [`${plain(subject)}: ${plain(stage)}`];
  const share = shareOf(done, total) ?? shareOf(items, allItems);
  if (share !== null) parts.push(`${Math.floor(share * 100)}%`);
  if (done !== null && done > 0)
    parts.push(total ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done));
  else if (items !== null && allItems) parts.push(`${items} of ${allItems}`);
  // The first seconds say nothing about the rest.
  if (done !== null && done > 0 && elapsedMs >= 1000) parts.push(`${formatBytes((done * 1000) / elapsedMs)}/s`);
  if (share !== null && share > 0.01 && elapsedMs >= 3000) {
    parts.push(`${formatDuration(elapsedMs / share - elapsedMs)} left`);
  }
  if (item !== null) parts.push(plain(item));
  return parts.join('  ');
}

function shareOf(done: number | null, total: number | null): number | null {
  return done === null || total === null || total <= 0 ? null : Math.min(done / total, 0.99);
}
