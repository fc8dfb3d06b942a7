import { PgSnapManError } from '../core/errors.ts';
import { addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';

interface TuiFlags {
  ascii?: boolean;
}

/** `tui [--ascii]`, which is also what `pgsnapman` alone does on a terminal. */
export const addTuiCommand: NounBuilder = (program, settings) => {
  addVerb<TuiFlags>(
    program,
    settings,
    'tui',
    'the full-screen manager; the same as no arguments on a terminal',
    openTui,
  ).option('--ascii', 'draw with ASCII characters only');
};

async function openTui(context: Context, _args: readonly string[], { ascii = false }: TuiFlags): Promise<void> {
  const { options, around } = context;
  if (options.json)
    throw new PgSnapManError('usage', 'the manager prints no JSON', 'use a list such as `dump list --json`');
  await around.openManager({
    color: options.color && !around.env.NO_COLOR,
    ascii,
    async openCatalog() {
      // Loaded here, so that the first picture does not wait for it.
      const [{ openCatalog }, { requireCatalog }, configuration] = await Promise.all([
        import('../worker/catalog-access.ts'),
        import('../sql/migrate.ts'),
        context.configuration(),
      ]);
      const catalog = await openCatalog(configuration);
      try {
        await requireCatalog(catalog);
        return catalog;
      } catch (error) {
        await catalog.close();
        throw error;
      }
    },
  });
}
