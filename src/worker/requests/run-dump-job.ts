import * as z from 'zod';
import { type DumpResult, dumpResultSchema, type RestoreResult } from '../../core/model/results.ts';
import { findDump } from '../../sql/catalog/dumps.ts';
import { runDumpJobNow } from '../run/run-job.ts';
import { type Answer, argumentsOf, orNull, type RequestContext } from './request-context.ts';

const schema = z.strictObject({ job_id: z.number().int() });

/**
 * Takes the dump of a job now, also of a halted one, and its triggered restores. The dump gets the uuid of the request:
 * asked again after a crash, it is the one that is there.
 */
export const answerRunDumpJob: Answer = async (context) => {
  const { job_id: jobId } = argumentsOf(context, schema);
  const { session, request, signal } = context;
  const known = await knownResult(context);
  if (known !== null) return { result: brief(known), restores: [] };
  const restores: RestoreResult[] = [];
  const onTriggered = (restore: RestoreResult): void => void restores.push(restore);
  const result = await runDumpJobNow(session.worker, jobId, { uuid: request.uuid, signal, onTriggered });
  return { result: brief(result), restores: restores.map(brief) };
};

async function knownResult({ session, request, withCatalog }: RequestContext): Promise<DumpResult | null> {
  const spooled = await session.worker.spool.read(`dump-${request.uuid}.json`).catch(() => undefined);
  if (spooled?.kind === 'dump') return spooled.value;
  const row = await orNull(withCatalog((catalog) => findDump(catalog, request.uuid)));
  return row === null ? null : dumpResultSchema.parse({ ...row, content: null });
}

/** What is in the catalog anyway is left out of the answer. */
export function brief<T extends DumpResult | RestoreResult>(result: T): T {
  return { ...result, log_tail: null, ...('content' in result ? { content: null } : {}) };
}
