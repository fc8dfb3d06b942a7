import type { DumpState } from '../manifest/dump-state.ts';

/** From here on only a drill proves more. */
const RESTORABLE = 3;
/** Damaged dumps that are looked at again each time. */
const DAMAGED_AT_A_TIME = 5;

/**
 * Which dumps a scheduled verification takes: `percent` of those not yet verified (one at least, unless it is 0), oldest
 * first, and some of those that were found damaged. Those that were read back already come last: a level that cannot be
 * reached here (no fitting pg_restore, no room) must not keep the others waiting.
 */
export function chooseToVerify<T extends { uuid: string; started_at: Date; dump_type: string }>(
  dumps: readonly T[],
  stateOf: (uuid: string) => DumpState | undefined,
  percent: number,
): T[] {
  if (percent <= 0) return [];
  const sorted = [...dumps].sort((a, b) => a.started_at.getTime() - b.started_at.getTime());
  const isDamaged = ({ uuid }: T): boolean => (stateOf(uuid)?.verification_failed ?? null) !== null;
  const wanted = ({ dump_type }: T): number => (dump_type === 'script' ? 2 : RESTORABLE);
  const unverified = sorted.filter(
    (dump) => !isDamaged(dump) && (stateOf(dump.uuid)?.verified_level ?? 1) < wanted(dump),
  );
  const levelOf = ({ uuid }: T): number => stateOf(uuid)?.verified_level ?? 1;
  unverified.sort((a, b) => levelOf(a) - levelOf(b) || a.started_at.getTime() - b.started_at.getTime());
  return [
    ...sorted.filter(isDamaged).slice(0, DAMAGED_AT_A_TIME),
    ...unverified.slice(0, Math.ceil((unverified.length * percent) / 100)),
  ];
}
