import * as z from 'zod';
import { listTables } from '../../sql/instance/list-tables.ts';
import { type Answer, argumentsOf } from './request-context.ts';
import { withInstance } from './with-instance.ts';

const schema = z.strictObject({ instance_id: z.number().int(), dbname: z.string().min(1) });

/** Schemas and tables of a database as it is now. */
export const answerListTables: Answer = (context) => withInstance(context, argumentsOf(context, schema), listTables);
