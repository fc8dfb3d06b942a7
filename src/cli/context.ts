import type { FileConfiguration } from '../core/config/file-configuration.ts';
import type { Connection } from '../sql/connection.ts';
import type { WorkerSetup } from '../worker/worker-setup.ts';
import type { GlobalOptions } from './global-options.ts';
import { Output } from './output/output.ts';
import type { Surroundings } from './output/streams.ts';

/** What the action of a verb works with. */
export interface Context {
  options: GlobalOptions;
  output: Output;
  around: Surroundings;
  /** Read when it is first asked for. @throws PgSnapManError configuration */
  configuration(): Promise<FileConfiguration>;
  /** Opens the catalog, sees that its version is ours, and closes it after the work, however that ends. */
  withCatalog<T>(work: (catalog: Connection) => Promise<T>): Promise<T>;
  /** Opens the worker of this machine, and ends its threads after the work. */
  withWorker<T>(work: (worker: WorkerSetup) => Promise<T>): Promise<T>;
}

/** The action of a verb: its arguments and options are checked when it runs. A number is the exit code. */
export type Action<Options> = (context: Context, args: readonly string[], options: Options) => Promise<unknown>;

export function createContext(around: Surroundings, options: GlobalOptions): Context {
  let configuration: Promise<FileConfiguration> | undefined;
  // Loaded when it is needed: reading and checking the file takes longer than it takes the manager to be on the screen.
  const read = async (): Promise<FileConfiguration> => {
    const { readConfiguration } = await import('./configuration.ts');
    return readConfiguration(options.config, around.env);
  };
  const context: Context = {
    options,
    around,
    output: new Output(around, options),
    configuration() {
      configuration ??= read();
      return configuration;
    },
    async withCatalog(work) {
      const { openCatalog } = await import('../worker/catalog-access.ts');
      const { requireCatalog } = await import('../sql/migrate.ts');
      const catalog = await openCatalog(await context.configuration());
      try {
        await requireCatalog(catalog);
        return await work(catalog);
      } finally {
        await catalog.close();
      }
    },
    async withWorker(work) {
      const { openWorker } = await import('../worker/worker-setup.ts');
      const worker = await openWorker(await context.configuration());
      try {
        return await work(worker);
      } finally {
        await worker.close();
      }
    },
  };
  return context;
}
