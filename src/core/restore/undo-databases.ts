import * as z from 'zod';
import { journalSchema } from './journal.ts';

/**
 * Databases that a worker's restores have replaced and kept, or that an undo has put aside: the worker's own list, since
 * such a database is known by its OID, never by its name. Cleaning drops nothing that is not in it.
 */
const undoDatabaseSchema = z.object({
  instance_id: z.number().int(),
  instance: journalSchema.shape.instance,
  /** Name of the database that it was replaced as. */
  target: z.string(),
  name: z.string(),
  oid: z.number().int(),
  /** The restore run that keeps it. */
  run_uuid: z.uuid(),
  /** The undo that has put it aside; null: the restore itself. */
  undo_uuid: z.uuid().nullable().default(null),
  kept_at: z.coerce.date(),
});
export type UndoDatabase = z.infer<typeof undoDatabaseSchema>;
export const undoListSchema = z.object({ format: z.literal(1), databases: z.array(undoDatabaseSchema) });

/** By the target that they were replaced as. */
export function undoByTarget(databases: readonly UndoDatabase[]): UndoDatabase[][] {
  return [...Map.groupBy(databases, ({ instance_id, target }) => JSON.stringify([instance_id, target])).values()];
}

export interface UndoCleaning {
  drop: UndoDatabase[];
  /** They are not there, or somebody has taken them over by renaming them. */
  forget: UndoDatabase[];
}

/**
 * What becomes of those of one target: of the ones that are really there the newest `keep` stay.
 * @param present the databases of the instance
 */
export function planUndoCleaning(
  listed: readonly UndoDatabase[],
  present: readonly { name: string; oid: number }[],
  keep: number,
): UndoCleaning {
  const isThere = (database: UndoDatabase): boolean =>
    present.some(({ name, oid }) => name === database.name && oid === database.oid);
  const newestFirst = listed.filter(isThere).toSorted((a, b) => b.kept_at.getTime() - a.kept_at.getTime());
  return { drop: newestFirst.slice(keep), forget: listed.filter((database) => !isThere(database)) };
}
