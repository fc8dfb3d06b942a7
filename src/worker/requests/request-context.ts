import type { ZodType } from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import type { Instance } from '../../core/model/configuration.ts';
import type { Request } from '../../core/model/request.ts';
import { findInstance } from '../../sql/catalog/instances.ts';
import type { Connection } from '../../sql/connection.ts';
import type { WorkSession } from '../run/work-session.ts';

/** What the answer to a request is made from. */
export interface RequestContext {
  readonly session: WorkSession;
  /** Connects to the catalog for as long as `work` takes: a request may run for hours. */
  withCatalog<T>(work: (catalog: Connection) => Promise<T>): Promise<T>;
  readonly request: Request;
  /** Aborted when this process is asked to end. */
  readonly signal: AbortSignal;
}

/**
 * Gives the answer, which is stored as JSON. A request whose process died is answered again: what changes something
 * must be done once for its uuid. @throws PgSnapManError when it cannot be carried out
 */
export type Answer = (context: RequestContext) => Promise<unknown>;

/** The arguments of a request, checked: anybody who may write to the catalog can have written them. @throws usage */
export function argumentsOf<T>({ request }: RequestContext, schema: ZodType<T>): T {
  const parsed = schema.safeParse(request.arguments);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const what = `${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'not valid'}`;
  throw new PgSnapManError(
    'usage',
    `the arguments of the request are not valid: ${what}`,
    `its kind is ${request.kind}`,
  );
}

/** An instance as the catalog has it now. @throws PgSnapManError not_found */
export function instanceOfRequest({ withCatalog }: RequestContext, id: number): Promise<Instance> {
  return withCatalog((catalog) => findInstance(catalog, id));
}

/** What was asked for; null: there is no such thing. */
export async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof PgSnapManError && error.code === 'not_found') return null;
    throw error;
  }
}
