import * as z from 'zod';
import { type RestoreResult, restoreResultSchema } from '../../core/model/results.ts';
import { findRestoreRun } from '../../sql/catalog/restore-runs.ts';
import { runRestoreJobNow } from '../run/run-job.ts';
import { type Answer, argumentsOf, orNull, type RequestContext } from './request-context.ts';
import { brief } from './run-dump-job.ts';

const schema = z.strictObject({ job_id: z.number().int() });

/** Performs a restore job now, also a halted one; the run gets the uuid of the request. */
export const answerRunRestoreJob: Answer = async (context) => {
  const { job_id: jobId } = argumentsOf(context, schema);
  const { session, request, signal } = context;
  const known = await knownResult(context);
  const result = known ?? (await runRestoreJobNow(session.worker, jobId, { uuid: request.uuid, signal }));
  return { result: brief(result) };
};

async function knownResult({ session, request, withCatalog }: RequestContext): Promise<RestoreResult | null> {
  const spooled = await session.worker.spool.read(`restore-${request.uuid}.json`).catch(() => undefined);
  if (spooled?.kind === 'restore') return spooled.value;
  const row = await orNull(withCatalog((catalog) => findRestoreRun(catalog, request.uuid)));
  return row === null ? null : restoreResultSchema.parse(row);
}
