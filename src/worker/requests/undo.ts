import * as z from 'zod';
import { undoRestoreRun } from '../restore/undo-restore-run.ts';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ restore_run_id: z.number().int() });

/** Gives the replaced database its name back; the undo has the uuid of the request, so that it is done once. */
export const answerUndo: Answer = async (context) => {
  const { restore_run_id: id } = argumentsOf(context, schema);
  return undoRestoreRun(context.session.worker, String(id), context.request.uuid);
};
