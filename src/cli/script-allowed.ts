import { type ScriptAnswer, scriptAnswerSchema } from '../core/model/request.ts';
import { askWorker } from './ask-worker.ts';
import type { Context } from './context.ts';
import { workerHere } from './worker-here.ts';

/** `script allowed`: here, or asked of the worker that is named. Exit code 1 if it does not run the script. */
export async function scriptAllowed(context: Context, name: string, worker: string | null): Promise<number> {
  const answer = worker === null ? await here(context, name) : await there(context, name, worker);
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

async function here(context: Context, name: string): Promise<ScriptAnswer> {
  const { scripts } = await context.configuration();
  const { findScript } = await import('../sql/catalog/scripts.ts');
  const { askForScript } = await import('../worker/scripts/ask-for-script.ts');
  return askForScript(await context.withCatalog((catalog) => findScript(catalog, name)), scripts);
}

async function there(context: Context, name: string, reference: string): Promise<ScriptAnswer> {
  const { findScript } = await import('../sql/catalog/scripts.ts');
  const { findWorker } = await import('../sql/catalog/workers.ts');
  const { script, worker } = await context.withCatalog(async (catalog) => ({
    script: await findScript(catalog, name),
    worker: await findWorker(catalog, reference),
  }));
  const own = await workerHere(context, worker.name);
  await own?.close();
  if (own !== null) return here(context, name);
  const question = { worker, kind: 'script_allowed' as const, subject: `script ${name} on worker ${worker.name}` };
  const answer = await context.withCatalog((catalog) =>
    askWorker(context, catalog, { ...question, arguments: { script_id: script.id } }),
  );
  return scriptAnswerSchema.parse(answer);
}
