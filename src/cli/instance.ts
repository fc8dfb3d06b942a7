import type { InstanceRow } from '../sql/catalog/instances.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addInstanceAdd } from './instance-add.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import type { ListColumn } from './output/output.ts';

/** `instance add | list | show | test | databases` */
export const addInstanceCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'instance', 'Postgres servers');
  addInstanceAdd(noun, settings);
  addListOptions(
    addVerb(noun, settings, 'list', 'list the instances', list),
    settings.around,
    ['status', 'worker'],
    ['id', 'name', 'host'],
  );
  addVerb(noun, settings, 'show <instance>', 'show one instance: id, name or host[:port]', show);
  addVerb(noun, settings, 'test <instance>', 'connect to it as pgsnapman and as the Postgres tools do', test);
  addVerb(noun, settings, 'databases <instance>', 'list the databases that it has now', databases);
};

const COLUMNS: readonly ListColumn<InstanceRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME', shrinkTo: 12 },
  { key: 'host', title: 'HOST', shrinkTo: 12, priority: 3 },
  { key: 'port', title: 'PORT', align: 'right', priority: 2 },
  { key: 'status', title: 'STATUS' },
  { key: 'default_worker_name', title: 'WORKER', shrinkTo: 8, priority: 1 },
  { key: 'environment', title: 'ENVIRONMENT', shrinkTo: 6, priority: 5 },
  { key: 'restores', title: 'RESTORES', priority: 4 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 6 },
];

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listInstances } = await import('../sql/catalog/instances.ts');
  await context.output.list(await context.withCatalog((catalog) => listInstances(catalog, options)), COLUMNS);
}

async function show(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  context.output.show(await context.withCatalog((catalog) => findInstance(catalog, reference)));
}

async function test(context: Context, [reference = '']: readonly string[]): Promise<number> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { testInstance } = await import('../worker/instance-test.ts');
  const { printFindings } = await import('./output/findings.ts');
  const instance = await context.withCatalog((catalog) => findInstance(catalog, reference));
  return printFindings(
    context.output,
    await testInstance(instance, (await context.configuration()).tools.bin_directories),
  );
}

async function databases(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { readDatabases } = await import('../worker/instance-test.ts');
  const instance = await context.withCatalog((catalog) => findInstance(catalog, reference));
  await context.output.list(await readDatabases(instance), [
    { key: 'name', title: 'NAME' },
    { key: 'size_bytes', title: 'SIZE', align: 'right' },
    { key: 'owner', title: 'OWNER', shrinkTo: 10 },
    { key: 'encoding', title: 'ENCODING', priority: 1 },
  ]);
}
