import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';

/** `catalog init | migrate | status | stop | rebuild | export | import` */
export const addCatalogCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'catalog', 'the central configuration database');
  addVerb<{ roles?: true }>(noun, settings, 'init', 'create the catalog; no error if it is there', init).option(
    '--roles',
    'also make roles for managers, workers and viewers, each with what it needs',
  );
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

const ROLES_NOTE =
  'roles pgsnapman_manager, pgsnapman_worker, pgsnapman_viewer: grant them to logins, and tell each worker its own with `worker edit --login-role`';

async function init(context: Context, _args: readonly string[], { roles }: { roles?: true }): Promise<void> {
  const configuration = await context.configuration();
  if (configuration.catalog.url === 'local') {
    const { initEmbeddedCatalog } = await import('../worker/cluster/embedded-catalog.ts');
    await initEmbeddedCatalog(configuration.worker.root);
  }
  await upgrade(context, roles === true);
}

async function migrate(context: Context): Promise<void> {
  await upgrade(context, false);
}

/** Roles that are in use are brought up to date, too: an upgrade may have added tables. */
async function upgrade(context: Context, roles: boolean): Promise<void> {
  const { installRoles, usesRoles } = await import('../sql/catalog-roles.ts');
  const { openCatalog } = await import('../worker/catalog-access.ts');
  const { migrateCatalog } = await import('../sql/migrate.ts');
  const catalog = await openCatalog(await context.configuration());
  try {
    const result = await migrateCatalog(catalog);
    if (roles || (result.applied.length > 0 && (await usesRoles(catalog)))) await installRoles(catalog);
    const { applied, version } = result;
    const created = applied[0]?.startsWith('0001') === true;
    const done =
      applied.length === 0 ? 'is up to date' : created ? 'is created' : `is upgraded by ${applied.join(', ')}`;
    context.output.result(`the catalog ${done}: version ${version}`, result);
    if (roles) context.output.note(ROLES_NOTE);
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
