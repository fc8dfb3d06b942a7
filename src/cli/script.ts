import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PgSnapManError } from '../core/errors.ts';
import type { ScriptRow } from '../sql/catalog/scripts.ts';
import { addWorkerOption, type WorkerOption } from './ask-named-worker.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addDeleteVerb } from './delete-verb.ts';
import { someText } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { writing } from './refused-value.ts';
import { addListVerb, addShowVerb, type Subject } from './verbs.ts';

const COLUMNS: readonly ListColumn<ScriptRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME', shrinkTo: 12 },
  { key: 'sha256', title: 'SHA256', priority: 1 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 2 },
];

const SCRIPT: Subject<ScriptRow> = {
  argument: 'name',
  find: async (catalog, reference) => (await import('../sql/catalog/scripts.ts')).findScript(catalog, reference),
};

/** `script add NAME FILE | list | show | allowed | delete` */
export const addScriptCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(
    program,
    'script',
    'dumps by script, hooks, SQL of restores; a worker runs what its configuration allows',
  );
  addVerb<{ comment?: string }>(
    noun,
    settings,
    'add <name> <file>',
    'put the text of a file into the catalog; the file configuration of the worker must allow its SHA-256',
    add,
  ).option('--comment <text>', 'for people', someText('--comment'));
  addListVerb<ScriptRow>(noun, settings, {
    description: 'list the scripts',
    filters: [],
    sorts: ['name', 'id'],
    columns: COLUMNS,
    fetch: async (catalog, options) => (await import('../sql/catalog/scripts.ts')).listScripts(catalog, options),
  });
  addShowVerb(noun, settings, 'show one script: name or id', SCRIPT);
  addWorkerOption(
    addVerb<WorkerOption>(noun, settings, 'allowed <name>', 'ask a worker whether it runs a script', allowed),
  );
  addDeleteVerb<ScriptRow>(noun, settings, {
    ...SCRIPT,
    description: 'delete a script that no job uses',
    async question(catalog, { id, name }) {
      const { usesOfScript } = await import('../sql/catalog/scripts.ts');
      const uses = await usesOfScript(catalog, id);
      if (uses === '') return `delete script ${name}?`;
      throw new PgSnapManError('usage', `script ${name} is used by ${uses}`, 'take it out of these jobs first');
    },
    remove: async (catalog, { id }) => (await import('../sql/catalog/scripts.ts')).deleteScript(catalog, id),
    done: ({ name }) => `deleted script ${name}`,
  });
};

async function allowed(context: Context, [name = '']: readonly string[], options: WorkerOption) {
  const { scriptAllowed } = await import('./script-allowed.ts');
  return scriptAllowed(context, name, options);
}

async function add(context: Context, [name = '', file = '']: readonly string[], options: { comment?: string }) {
  if (!/^[a-z0-9_-]{1,63}$/.test(name)) {
    const hint = '1 to 63 lower case letters, digits, - and _';
    throw new PgSnapManError('usage', `"${name}" cannot be the name of a script`, hint);
  }
  const code = await readText(file);
  const { addScript } = await import('../sql/catalog/scripts.ts');
  await context.withCatalog(async (catalog) => {
    context.output.created(await writing(() => addScript(catalog, { name, code, comment: options.comment ?? null })));
  });
}

/** @throws PgSnapManError usage */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(resolve(file)).catch((error: NodeJS.ErrnoException) => {
    throw new PgSnapManError('usage', `${file} cannot be read (${error.code})`, 'name a text file');
  });
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text, 'utf8').equals(bytes)) {
    throw new PgSnapManError('usage', `${file} is no text in UTF-8`, 'its SHA-256 is that of the bytes of the text');
  }
  return text;
}
