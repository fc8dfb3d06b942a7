import * as z from 'zod';
import { queueEntrySchema } from '../../core/queue/queue-entry-schema.ts';

/** Describes a run to whoever finds what its process left behind. */
export const runFileSchema = z.object({ format: z.literal(1), started_at: z.coerce.date(), entry: queueEntrySchema });
export type RunFile = z.infer<typeof runFileSchema>;
