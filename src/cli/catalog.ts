import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';

/** `catalog init | migrate | status | stop | rebuild | export | import` */
export const addCatalogCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'catalog', 'the central configuration database');
  addVerb(noun, settings, 'init', 'create the catalog; no error if it is there', init);
  addVerb(noun, settings, 'migrate', 'upgrade the catalog to the version of this program', migrate);
  addVerb(noun, settings, 'status', 'say what is installed', status);
  addVerb(noun, settings, 'stop', 'stop the embedded catalog', stop);
  addVerb(noun, settings, 'rebuild', "make it anew from this worker's dumps and cache", rebuild);
  addVerb(
    noun,
    settings,
    'export <file>',
    'write the configuration as a readable file; - for standard output',
    exportTo,
  );
  addVerb(noun, settings, 'import <file>', 'show what a configuration file would change, and change it', importFrom);
};

async function init(context: Context): Promise<void> {
  const configuration = await context.configuration();
  if (configuration.catalog.url === 'local') {
    const { initEmbeddedCatalog } = await import('../worker/cluster/embedded-catalog.ts');
    await initEmbeddedCatalog(configuration.worker.root);
  }
  await migrate(context);
}

async function migrate(context: Context): Promise<void> {
  const { openCatalog } = await import('../worker/catalog-access.ts');
  const { migrateCatalog } = await import('../sql/migrate.ts');
  const catalog = await openCatalog(await context.configuration());
  try {
    const result = await migrateCatalog(catalog);
    const { applied, version } = result;
    const created = applied[0]?.startsWith('0001') === true;
    const done =
      applied.length === 0 ? 'is up to date' : created ? 'is created' : `is upgraded by ${applied.join(', ')}`;
    context.output.result(`the catalog ${done}: version ${version}`, result);
  } finally {
    await catalog.close();
  }
}

async function status(context: Context): Promise<void> {
  const { openCatalog } = await import('../worker/catalog-access.ts');
  const { catalogStatus } = await import('../sql/migrate.ts');
  const catalog = await openCatalog(await context.configuration());
  try {
    context.output.show(await catalogStatus(catalog));
  } finally {
    await catalog.close();
  }
}

async function stop(context: Context): Promise<void> {
  const { catalog, worker } = await context.configuration();
  if (catalog.url !== 'local') {
    const { PgSnapManError } = await import('../core/errors.ts');
    throw new PgSnapManError('usage', 'the catalog is not the embedded one', 'stop it on the server where it runs');
  }
  const { stopEmbeddedCatalog } = await import('../worker/cluster/embedded-catalog.ts');
  await stopEmbeddedCatalog(worker.root);
  context.output.result('the embedded catalog is stopped', { stopped: true });
}

async function rebuild(context: Context): Promise<void> {
  const { rebuildHere } = await import('./catalog-rebuild.ts');
  await rebuildHere(context);
}

async function exportTo(context: Context, args: readonly string[]): Promise<void> {
  const { exportConfigurationTo } = await import('./catalog-export.ts');
  await exportConfigurationTo(context, args);
}

async function importFrom(context: Context, args: readonly string[]): Promise<void> {
  const { importConfiguration } = await import('./catalog-import.ts');
  await importConfiguration(context, args);
}
