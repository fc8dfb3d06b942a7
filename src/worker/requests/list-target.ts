import * as z from 'zod';
import { listTarget } from '../../sql/instance/list-target.ts';
import { type Answer, argumentsOf } from './request-context.ts';
import { withInstance } from './with-instance.ts';

const schema = z.strictObject({ instance_id: z.number().int() });

/** Roles, tablespaces and extensions of an instance that something is to be restored to. */
export const answerListTarget: Answer = (context) =>
  withInstance(context, { ...argumentsOf(context, schema), dbname: null }, listTarget);
