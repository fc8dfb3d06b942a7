import { errorText, PgSnapManError } from '../../core/errors.ts';
import { answeredWhenHalted, type Request } from '../../core/model/request.ts';
import { answerRequest } from '../../sql/catalog/requests.ts';
import type { Connection } from '../../sql/connection.ts';
import { faultPoint } from '../fault.ts';
import { connectToCatalog } from '../run/reach-catalog.ts';
import type { WorkSession } from '../run/work-session.ts';
import type { ClaimedRequest } from './claim-requests.ts';
import { HANDLERS } from './handlers.ts';

interface Outcome {
  state: 'done' | 'failed' | 'refused';
  answer: unknown;
}

/**
 * Answers requests, all at the same time: one may take hours. An answer that cannot be written, because the catalog is
 * away, is worked out again by a later tick.
 */
export async function answerRequests(
  session: WorkSession,
  claimed: readonly ClaimedRequest[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(claimed.map((each) => answerOne(session, each, signal)));
}

async function answerOne(
  session: WorkSession,
  { request, release }: ClaimedRequest,
  signal: AbortSignal,
): Promise<void> {
  const withCatalog = async <T>(work: (catalog: Connection) => Promise<T>): Promise<T> => {
    const catalog = await connectToCatalog(session);
    try {
      return await work(catalog);
    } finally {
      await catalog.close();
    }
  };
  try {
    const { state, answer } = await outcomeOf(session, request, withCatalog, signal);
    session.reporter.log({
      level: 'info',
      text: `request ${request.id} (${request.kind}): ${state}`,
      uuid: request.uuid,
    });
    faultPoint('request.worked-out');
    await withCatalog((catalog) => answerRequest(catalog, request.id, state, answer));
  } catch (error) {
    session.reporter.log({ level: 'warning', text: `request ${request.id} was not answered: ${errorText(error)}` });
  } finally {
    await release();
  }
}

async function outcomeOf(
  session: WorkSession,
  request: Request,
  withCatalog: <T>(work: (catalog: Connection) => Promise<T>) => Promise<T>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { configuration, worker } = session;
  if (configuration?.worker.status === 'halted' && !answeredWhenHalted(request.kind)) {
    const hint = `pgsnapman worker activate ${worker.name}`;
    return { state: 'refused', answer: { code: 'configuration', message: `worker ${worker.name} is halted`, hint } };
  }
  try {
    const answer = await HANDLERS[request.kind]();
    return { state: 'done', answer: await answer({ session, request, withCatalog, signal }) };
  } catch (error) {
    return { state: 'failed', answer: failureOf(session, request, error) };
  }
}

/** As errors are printed; the trace of a bug stays in the log of the worker. */
function failureOf(session: WorkSession, request: Request, error: unknown): unknown {
  if (error instanceof PgSnapManError) return { ...error.toJSON(), hint: error.hint ?? null };
  const stack = error instanceof Error ? error.stack : undefined;
  session.reporter.log({ level: 'error', text: `request ${request.id}: ${errorText(error)}`, stack });
  const hint = "the worker's log says more";
  return { code: 'internal', message: `the worker met an error that it does not know: ${errorText(error)}`, hint };
}
