import * as z from 'zod';
import { readRunLog } from '../log/read-run-log.ts';
import { type Answer, argumentsOf } from './request-context.ts';

const MOST_LINES = 2000;

const schema = z.strictObject({ uuid: z.uuid(), from_line: z.number().int().min(1).default(1) });

/** Lines of the log of a dump or restore run, from a line on (the first is 1). */
export const answerLog: Answer = async (context) => {
  const { uuid, from_line: from } = argumentsOf(context, schema);
  return readRunLog(context.session.worker.root.log, uuid, from, MOST_LINES);
};
