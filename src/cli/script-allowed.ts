import { type ScriptAnswer, scriptAnswerSchema } from '../core/model/request.ts';
import { hereOrAsked, type WorkerOption } from './ask-named-worker.ts';
import type { Context } from './context.ts';

/** `script allowed`: here, or asked of the worker that is named. Exit code 1 if it does not run the script. */
export async function scriptAllowed(context: Context, name: string, options: WorkerOption): Promise<number> {
  const { findScript } = await import('../sql/catalog/scripts.ts');
  const script = await context.withCatalog((catalog) => findScript(catalog, name));
  const answer = await hereOrAsked<ScriptAnswer>(context, options, {
    kind: 'script_allowed',
    arguments: { script_id: script.id },
    subject: `script ${name}`,
    async here() {
      const { askForScript } = await import('../worker/scripts/ask-for-script.ts');
      return askForScript(script, (await context.configuration()).scripts);
    },
    there: (found) => scriptAnswerSchema.parse(found),
  });
  const { output } = context;
  if (output.json) output.show(answer);
  else output.result(sentence(answer), answer);
  return answer.allowed ? 0 : 1;
}

function sentence({ name, sha256, reason, interpreter }: ScriptAnswer): string {
  if (reason !== null) return reason;
  const use =
    interpreter === null ? 'as SQL of restores; it has no first line that says what runs it' : `by ${interpreter}`;
  return `script "${name}" (SHA-256 ${sha256}) is allowed: ${use}`;
}
