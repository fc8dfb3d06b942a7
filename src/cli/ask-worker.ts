import { setTimeout as sleep } from 'node:timers/promises';
import { PgSnapManError } from '../core/errors.ts';
import { answeredWhenHalted, failureOf, type Request } from '../core/model/request.ts';
import { formatDuration } from '../core/text/duration.ts';
import type { NewRequest } from '../sql/catalog/requests.ts';
import type { ResponsibleWorker } from '../sql/catalog/responsible-worker.ts';
import type { Connection } from '../sql/connection.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import { ProgressLine } from './output/progress-line.ts';

export interface Question extends Omit<NewRequest, 'workerId'> {
  worker: ResponsibleWorker;
  /** What the line of progress is about. */
  subject: string;
}

/** A worker that was not seen for this long does not answer soon. */
const SILENT_MS = 10 * 60_000;
const LOOK_EVERY_MS = 1000;

/** Asks a worker through the catalog and returns at once. @throws PgSnapManError configuration if it is halted */
export async function leaveQuestion(context: Context, catalog: Connection, question: Question): Promise<Request> {
  const { addRequest } = await import('../sql/catalog/requests.ts');
  const { worker, kind } = question;
  if (worker.status === 'halted' && !answeredWhenHalted(kind)) {
    const hint = `pgsnapman worker activate ${worker.name}`;
    throw new PgSnapManError('configuration', `worker ${worker.name} is halted`, hint);
  }
  const silentMs = worker.last_seen_at === null ? null : context.around.now().getTime() - worker.last_seen_at.getTime();
  if (silentMs === null) context.output.note(`worker ${worker.name} was never seen; it answers when it runs`);
  else if (silentMs > SILENT_MS) {
    context.output.note(
      `worker ${worker.name} was last seen ${formatDuration(silentMs)} ago; it answers when it is back`,
    );
  }
  return addRequest(catalog, { ...question, workerId: worker.id });
}

/**
 * Asks a worker through the catalog, shows the progress of what it does, and returns its answer. Ctrl-C takes the
 * request back, or cancels what the worker has begun. @throws PgSnapManError what went wrong there
 */
export async function askWorker(context: Context, catalog: Connection, question: Question): Promise<unknown> {
  const request = await leaveQuestion(context, catalog, question);
  const { around, options } = context;
  const line = new ProgressLine(around.stderr, around.now, !options.quiet && !options.json, question.subject);
  try {
    const answered = await waitForAnswer(catalog, request, line);
    if (answered.state !== 'done') throw failureOf(answered);
    return answered.answer;
  } finally {
    line.clear();
  }
}

async function waitForAnswer(catalog: Connection, request: Request, line: ProgressLine): Promise<Request> {
  const { readRequest } = await import('../sql/catalog/requests.ts');
  const bell = await ringOnChanges(catalog);
  const signal = interruptSignal();
  let cancelled = false;
  for (;;) {
    const now = await readRequest(catalog, request.id);
    if (now === undefined) throw new PgSnapManError('cancelled', 'the request was taken back');
    if (now.state !== 'waiting' && now.state !== 'running') return now;
    if (signal.aborted && !cancelled) {
      cancelled = true;
      await cancel(catalog, request);
    }
    await showProgress(catalog, now, line);
    await bell(signal, cancelled);
  }
}

/** Resolves when the catalog tells of a change, after a second, or when somebody presses Ctrl-C. */
async function ringOnChanges(catalog: Connection): Promise<(signal: AbortSignal, cancelled: boolean) => Promise<void>> {
  let ring = (): void => {};
  catalog.onNotification((_channel, table) => {
    if (table === 'request') ring();
  });
  await catalog.execute('listen pgsnapman');
  return async (signal, cancelled) => {
    const rung = new Promise<void>((resolve) => {
      ring = resolve;
      if (!cancelled) signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([rung, sleep(LOOK_EVERY_MS)]);
  };
}

async function cancel(catalog: Connection, { id, uuid }: Request): Promise<void> {
  const { withdrawRequest } = await import('../sql/catalog/requests.ts');
  const { requestCancel } = await import('../sql/catalog/activities.ts');
  if (!(await withdrawRequest(catalog, id))) await requestCancel(catalog, { uuid });
}

async function showProgress(catalog: Connection, request: Request, line: ProgressLine): Promise<void> {
  const { findActivity } = await import('../sql/catalog/activities.ts');
  const nothing = { item: null, done_bytes: null, total_bytes: null, done_items: null, total_items: null };
  if (request.state === 'waiting') return line.show({ ...nothing, stage: 'waiting for the worker' });
  line.show((await findActivity(catalog, request.uuid)) ?? { ...nothing, stage: 'the worker has begun' });
}
