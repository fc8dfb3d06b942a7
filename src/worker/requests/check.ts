import * as z from 'zod';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ read_data: z.boolean().default(false), sample: z.number().gt(0).max(1).optional() });

/** Sees that all that the dumps need is there, as `repo check`. */
export const answerCheck: Answer = async (context) => {
  const { read_data: readData, sample } = argumentsOf(context, schema);
  const repository = await context.session.worker.repository();
  const report = await repository.check({
    readData: readData || sample !== undefined,
    ...(sample === undefined ? {} : { sample }),
  });
  const { dumps, blocks, readBytes, problems } = report;
  return { dumps, blocks, read_bytes: readBytes, problems };
};
