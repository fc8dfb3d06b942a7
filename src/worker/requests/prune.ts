import * as z from 'zod';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ dry_run: z.boolean().default(false) });

/** Frees what no dump needs, as `repo prune`. */
export const answerPrune: Answer = async (context) => {
  const { dry_run: dryRun } = argumentsOf(context, schema);
  const report = await (await context.session.worker.repository()).prune({ dryRun });
  const { removedPacks, freedBytes, movedBlocks, postponed } = report;
  return {
    removed_packs: removedPacks,
    freed_bytes: freedBytes,
    moved_blocks: movedBlocks,
    postponed,
    dry_run: dryRun,
  };
};
