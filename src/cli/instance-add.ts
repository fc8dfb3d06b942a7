import type { Command } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { Worker } from '../core/model/configuration.ts';
import type { Connection } from '../sql/connection.ts';
import type { TreeSettings } from './command-tree.ts';
import { addVerb } from './command-tree.ts';
import type { Context } from './context.ts';
import { addInstanceOptions, type InstanceOptions, instanceColumns } from './instance-options.ts';
import { parseAddress } from './options/instance-address.ts';
import { writing } from './refused-value.ts';

export function addInstanceAdd(noun: Command, settings: TreeSettings): void {
  const text = 'add a Postgres server; a socket directory or local will do';
  const command = addVerb<InstanceOptions>(noun, settings, 'add <host[:port]>', text, add);
  addInstanceOptions(command).option('--halted', 'skip its jobs until it is activated');
}

async function add(context: Context, [address = '']: readonly string[], options: InstanceOptions): Promise<void> {
  const { host, port } = parseAddress(address);
  await context.withCatalog(async (catalog) => {
    const worker = await defaultWorker(context, catalog, options.worker);
    const { addInstance } = await import('../sql/catalog/instances.ts');
    const instance = await writing(() =>
      addInstance(catalog, {
        ...instanceColumns(options),
        host,
        port,
        default_worker_id: worker?.id,
        status: options.halted === true ? 'halted' : undefined,
      }),
    );
    context.output.created(instance);
    if (worker === null) {
      context.output.note(
        `instance ${instance.name} has no worker yet: nothing is dumped until a job or the instance has one`,
      );
    }
  });
}

/** The named worker; without a name the one that this machine's configuration names, if it is registered. */
async function defaultWorker(context: Context, catalog: Connection, named: string | undefined): Promise<Worker | null> {
  const { findWorker } = await import('../sql/catalog/workers.ts');
  if (named !== undefined) return findWorker(catalog, named);
  const own = (await context.configuration()).worker.name;
  if (own === undefined) return null;
  return findWorker(catalog, own).catch((error: unknown) => {
    if (error instanceof PgSnapManError && error.code === 'not_found') return null;
    throw error;
  });
}
