import * as z from 'zod';
import { readDatabases } from '../instance-test.ts';
import { type Answer, argumentsOf, instanceOfRequest } from './request-context.ts';

const schema = z.strictObject({ instance_id: z.number().int() });

/** The databases that an instance has now. */
export const answerListDatabases: Answer = async (context) => {
  const instance = await instanceOfRequest(context, argumentsOf(context, schema).instance_id);
  return { databases: await readDatabases(instance) };
};
