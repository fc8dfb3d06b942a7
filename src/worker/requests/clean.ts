import * as z from 'zod';
import { PgSnapManError } from '../../core/errors.ts';
import { clean } from '../clean/clean.ts';
import { type Answer, argumentsOf } from './request-context.ts';

/** Cleans now, as the worker's schedule does. */
export const answerClean: Answer = async (context) => {
  argumentsOf(context, z.strictObject({}));
  const { session, withCatalog } = context;
  const { workerId } = session.reporter;
  if (workerId === null) throw new PgSnapManError('not_found', 'this worker is not known to the catalog');
  return withCatalog((catalog) => clean(session, catalog, workerId));
};
