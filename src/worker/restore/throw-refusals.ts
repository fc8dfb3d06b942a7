import { PgSnapManError } from '../../core/errors.ts';
import type { Refusal } from '../../core/restore/refusal.ts';

/** All that stands against a restore in one error: the first sentence and hint, the other sentences behind. */
export function throwRefusals(refusals: readonly Refusal[]): void {
  const [first, ...others] = refusals;
  if (first === undefined) return;
  const sentence = [first.sentence, ...others.map((refusal) => refusal.sentence)].join('; also, ');
  throw new PgSnapManError('run_failed', sentence, first.hint);
}
