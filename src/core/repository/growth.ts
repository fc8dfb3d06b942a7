import type { Manifest } from '../manifest/manifest.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = 30;

/**
 * Bytes that a day's dumps add, on average of the last thirty days (or of as many as there are). The first dump of each
 * job is no growth. Null: there is not yet a day to judge by.
 */
export function growthPerDay(
  manifests: readonly Pick<Manifest, 'started_at' | 'new_bytes' | 'job'>[],
  now: Date,
): number | null {
  const seen = new Set<number | null>();
  const oldest = manifests.reduce((time, { started_at }) => Math.min(time, started_at.getTime()), now.getTime());
  const since = Math.max(oldest, now.getTime() - DAYS * DAY_MS);
  let bytes = 0;
  for (const { started_at, new_bytes, job } of manifests.toSorted((a, b) => +a.started_at - +b.started_at)) {
    if (seen.has(job.id) && started_at.getTime() >= since) bytes += new_bytes;
    seen.add(job.id);
  }
  const days = (now.getTime() - since) / DAY_MS;
  return days < 1 ? null : Math.round(bytes / days);
}
