import * as z from 'zod';

/** A file that a script wrote: how it is called in the dump, and what it was called. */
const scriptFileSchema = z.object({
  /** In the dump; never made from the name. */
  path: z.string().regex(/^file-[0-9]{6}$/),
  /** Relative, with `/` between folders; for people if `hex` is there. */
  name: z.string(),
  /** The bytes of a name that is no UTF-8. */
  hex: z
    .string()
    .regex(/^([0-9a-f]{2})+$/)
    .optional(),
});
export type ScriptFile = z.infer<typeof scriptFileSchema>;

/** What is true of a dump that a script made. */
export const scriptFactsSchema = z.object({
  format: z.literal(1),
  server: z.object({ version: z.string(), version_num: z.number().int() }),
  script: z.object({ name: z.string(), sha256: z.string() }),
  files: z.array(scriptFileSchema),
});
export type ScriptFacts = z.infer<typeof scriptFactsSchema>;
