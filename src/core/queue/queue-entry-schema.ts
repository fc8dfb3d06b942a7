import * as z from 'zod';
import { dumpJobSchema, instanceSchema, restoreJobSchema } from '../model/configuration.ts';

const afterHookSchema = z.object({
  /** How often it was begun. */
  starts: z.number().int().nonnegative(),
  ended: z.boolean(),
  /** What is to be said of it in the result; null: nothing, or it has not ended. */
  warning: z.string().nullable(),
});
/** How far the script after a run is. */
export type AfterHookState = z.infer<typeof afterHookSchema>;

/**
 * Work that is due, as it lies in a worker's queue. It carries the definition of its job, so that it can be done without
 * the catalog, and the uuid of the dump or restore run that will come out of it, so that it is done once.
 */
const common = {
  format: z.literal(1),
  uuid: z.uuid(),
  /** When the schedule wanted it; null: as soon as possible. */
  due_at: z.coerce.date().nullable(),
  queued_at: z.coerce.date(),
  /** How often a process has started on it. More than none and nobody at work: that process died. */
  attempts: z.number().int().nonnegative(),
  /** How often it was put off because something was not there. */
  retries: z.number().int().nonnegative().optional(),
  /** Put off: it does not start before this. */
  not_before: z.coerce.date().optional(),
  /** Left out: the script after the run has not been begun. */
  after_hook: afterHookSchema.optional(),
};

const dumpEntrySchema = z.object({
  ...common,
  kind: z.literal('dump'),
  trigger_kind: z.enum(['schedule', 'single', 'manual']),
  job: dumpJobSchema,
  instance: instanceSchema,
});
export type DumpEntry = z.infer<typeof dumpEntrySchema>;

const restoreEntrySchema = z.object({
  ...common,
  kind: z.literal('restore'),
  trigger_kind: z.enum(['schedule', 'single', 'manual', 'dump']),
  job: restoreJobSchema,
  destination: instanceSchema,
  /** The dump to restore; null: chosen when the restore starts, and written here then. */
  dump_uuid: z.uuid().nullable(),
  /** Order among the restores that one dump triggers. */
  position: z.number().int(),
});
export type RestoreEntry = z.infer<typeof restoreEntrySchema>;

export const queueEntrySchema = z.discriminatedUnion('kind', [dumpEntrySchema, restoreEntrySchema]);
export type QueueEntry = z.infer<typeof queueEntrySchema>;
