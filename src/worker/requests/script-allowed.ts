import * as z from 'zod';
import { findScript } from '../../sql/catalog/scripts.ts';
import { askForScript } from '../scripts/ask-for-script.ts';
import { type Answer, argumentsOf } from './request-context.ts';

const schema = z.strictObject({ script_id: z.number().int() });

/** What `script allowed` says there. */
export const answerScriptAllowed: Answer = async (context) => {
  const { script_id: id } = argumentsOf(context, schema);
  const script = await context.withCatalog((catalog) => findScript(catalog, id));
  return askForScript(script, context.session.worker.configuration.scripts);
};
