import * as z from 'zod';

/** What a drill compared and found, as it stands with its restore run. */
export const drillResultSchema = z.object({
  /** True: the restored database held what was dumped. */
  equal: z.boolean(),
  /** Every difference, a sentence each; the first ones of very many. */
  differences: z.array(z.string()),
  /** Tables whose content was compared. */
  tables: z.number().int(),
  /** Of those: tables whose rows came out in another order, so that a hash of the rows decided. */
  tables_by_row_hash: z.number().int(),
  /** Bytes of table data that were read back. */
  bytes: z.number(),
  /** Objects of the schema that were compared. */
  objects: z.number().int(),
  /** False: other versions, so only kind, name and owner of the objects were compared, not their definitions. */
  definitions: z.boolean(),
  large_objects: z.number().int(),
  roles: z.number().int(),
});
export type DrillResult = z.infer<typeof drillResultSchema>;

/** Differences that are kept; the count is in the last sentence if there are more. */
const MOST_DIFFERENCES = 100;

/** The first differences, with a word on how many more there are. */
export function firstDifferences(differences: readonly string[]): string[] {
  if (differences.length <= MOST_DIFFERENCES) return [...differences];
  return [...differences.slice(0, MOST_DIFFERENCES), `and ${differences.length - MOST_DIFFERENCES} more`];
}
