import { describeWaiting } from '../../core/dump/waiting.ts';
import type { Backend } from '../../sql/instance/backends.ts';

/** What the sessions of a dump wait for: a wait for a lock says most, then any other wait. Null: for nothing. */
export function waitingOf(backends: readonly Backend[]): string | null {
  const waits = backends.map(({ waiting }) => waiting).filter((waiting) => waiting !== null);
  const wait = waits.find(({ waitType }) => waitType === 'Lock') ?? waits[0];
  return wait === undefined ? null : describeWaiting(wait);
}
