import * as z from 'zod';
import { requestCancel } from '../../sql/catalog/activities.ts';
import { cancelWaiting } from '../run/cancel-waiting.ts';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ uuid: z.uuid() });

/** Ends a run, or takes one that waits out of the queue. `cancelled` null: there is no such run (any more). */
export const answerCancel: Answer = async (context) => {
  const { uuid } = argumentsOf(context, schema);
  if (await cancelWaiting(context.session, uuid)) return { cancelled: 'waiting' };
  const running = await context.withCatalog((catalog) => requestCancel(catalog, { uuid }));
  return { cancelled: running === undefined ? null : 'running' };
};
