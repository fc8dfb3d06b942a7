import * as z from 'zod';

/** What a verification by hand says; the names are those of the catalog's columns. */
export const verifyAnswerSchema = z.object({
  uuid: z.uuid(),
  verified_level: z.number().int(),
  verified_at: z.coerce.date(),
  /** Version of the tool that did it. */
  verified_with: z.string(),
  /** What is wrong with the dump; null: nothing. */
  verification_failed: z.string().nullable(),
});
export type VerifyAnswer = z.infer<typeof verifyAnswerSchema>;
