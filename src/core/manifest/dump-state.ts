import * as z from 'zod';

/**
 * What changes about a dump after it was made, in a small replaceable file beside its manifest: so the loss of the
 * catalog loses neither what was proven of a dump nor what somebody decided about it.
 */
export const dumpStateSchema = z.object({
  format: z.literal(1),
  keep: z.enum(['auto', 'yes', 'no']),
  /** 1 stored, 2 readable, 3 restorable, 4 drilled. */
  verified_level: z.number().int().min(1).max(4),
  verified_at: z.coerce.date().nullable(),
  /** Version of the tool that proved it. */
  verified_with: z.string().nullable(),
  /** What a verification found wrong; such a dump does not count as good. */
  verification_failed: z.string().nullable(),
  verification_failed_at: z.coerce.date().nullable(),
});
export type DumpState = z.infer<typeof dumpStateSchema>;

/** What holds for a dump that has no such file yet. */
export const FIRST_STATE: DumpState = {
  format: 1,
  keep: 'auto',
  verified_level: 1,
  verified_at: null,
  verified_with: null,
  verification_failed: null,
  verification_failed_at: null,
};

/** What a verification found out. */
export interface Verification {
  level: 2 | 3 | 4;
  at: Date;
  /** Version of the tool that did it. */
  with: string;
  /** What is wrong; null: nothing. */
  failed: string | null;
}

/**
 * The state after a verification. What was proven before stays proven unless this one found something wrong; one that
 * found nothing takes back what a lower or equal level had found.
 */
export function stateAfter(before: DumpState, verification: Verification): DumpState {
  const { level, at, failed } = verification;
  if (failed !== null) {
    return { ...before, verification_failed: failed, verification_failed_at: at, verified_with: verification.with };
  }
  const healed = { ...before, verification_failed: null, verification_failed_at: null };
  if (level < before.verified_level) return healed;
  return { ...healed, verified_level: level, verified_at: at, verified_with: verification.with };
}
