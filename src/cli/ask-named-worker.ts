import type { Command } from 'commander';
import type { RequestKind } from '../core/model/request.ts';
import { askWorker } from './ask-worker.ts';
import type { Context } from './context.ts';
import { someText } from './options/values.ts';
import { workerHere } from './worker-here.ts';

/** What a verb does here, or asks of the worker that `--worker` names. */
export interface HereOrAsked<T> {
  kind: RequestKind;
  arguments?: Record<string, unknown>;
  /** What the line of progress is about. */
  subject: string;
  here(): Promise<T>;
  /** Reads the answer. */
  there(answer: unknown): T;
}

/** The option of a verb that can ask another worker. */
export interface WorkerOption {
  worker?: string;
}

export function addWorkerOption(command: Command): Command {
  return command.option(
    '--worker <worker>',
    "ask this worker, by id or name, through the catalog; default: this machine's",
    someText('--worker'),
  );
}

/**
 * The answer of the worker that is named, through the catalog; of this machine if none is, or its own.
 * @throws PgSnapManError not_found; what went wrong there
 */
export async function hereOrAsked<T>(
  context: Context,
  { worker: named }: WorkerOption,
  work: HereOrAsked<T>,
): Promise<T> {
  if (named === undefined) return work.here();
  const { findWorker } = await import('../sql/catalog/workers.ts');
  const worker = await context.withCatalog((catalog) => findWorker(catalog, named));
  const own = await workerHere(context, worker.name);
  await own?.close();
  if (own !== null) return work.here();
  const question = {
    worker,
    kind: work.kind,
    subject: `${work.subject} on worker ${worker.name}`,
    arguments: work.arguments ?? {},
  };
  return work.there(await context.withCatalog((catalog) => askWorker(context, catalog, question)));
}
