import * as z from 'zod';

/** How a run ended. `ok` means that every stage succeeded and the data is there; nothing else is called ok. */
export const outcomeSchema = z.enum(['ok', 'ok_with_warnings', 'failed', 'cancelled', 'stalled']);
export type Outcome = z.infer<typeof outcomeSchema>;

export const isGood = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'ok_with_warnings';
