import * as z from 'zod';
import { testInstance } from '../instance-test.ts';
import { type Answer, argumentsOf, instanceOfRequest } from './request-context.ts';

const schema = z.strictObject({ instance_id: z.number().int() });

/** What `instance test` says there. */
export const answerTestInstance: Answer = async (context) => {
  const instance = await instanceOfRequest(context, argumentsOf(context, schema).instance_id);
  return { findings: await testInstance(instance, context.session.worker.configuration.tools.bin_directories) };
};
