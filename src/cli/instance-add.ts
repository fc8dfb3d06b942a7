import { type Command, Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import { type Instance, sslModeSchema, type Worker } from '../core/model/configuration.ts';
import type { Connection } from '../sql/connection.ts';
import type { TreeSettings } from './command-tree.ts';
import { addVerb } from './command-tree.ts';
import type { Context } from './context.ts';
import { parseAddress } from './options/instance-address.ts';
import { parseWindow } from './options/job-options.ts';
import { postgresName, someText, wholeNumber } from './options/values.ts';
import { writing } from './refused-value.ts';

interface AddOptions {
  name?: string;
  user?: string;
  worker?: string;
  window?: { window_start: string; window_end: string };
  autoAdd?: Instance['auto_add'];
  maintenanceDb?: string;
  service?: string;
  sslmode?: Instance['sslmode'];
  environment?: string;
  restores?: Instance['restores'];
  maxParallel?: number;
  untrusted?: true;
  halted?: true;
  comment?: string;
}

export function addInstanceAdd(noun: Command, settings: TreeSettings): void {
  addVerb<AddOptions>(
    noun,
    settings,
    'add <host[:port]>',
    'add a Postgres server; a socket directory or local will do',
    add,
  )
    .option('--name <name>', 'name for people; default: host and port', someText('--name'))
    .option('--user <role>', 'role to log in as; default: PGUSER, else the account', postgresName('--user'))
    .option(
      '--worker <worker>',
      'worker that takes its dumps, id or name; default: the one of this configuration',
      someText('--worker'),
    )
    .option('--window <start-end>', 'backup window, such as 20-6', parseWindow)
    .addOption(
      new Option('--auto-add <what>', 'what happens with new databases').choices([
        'off',
        'halted',
        'active',
        'inherit',
      ]),
    )
    .option('--maintenance-db <name>', 'database for questions about the instance', postgresName('--maintenance-db'))
    .option('--service <name>', "section of the worker's connection service file", someText('--service'))
    .addOption(new Option('--sslmode <mode>', 'as in libpq').choices(sslModeSchema.options))
    .option('--environment <label>', 'label such as prod or test', someText('--environment'))
    .addOption(
      new Option('--restores <what>', 'whether it may be the target of restores').choices([
        'allowed',
        'confirm',
        'never',
      ]),
    )
    .option('--max-parallel <n>', 'jobs that use it at a time', wholeNumber('--max-parallel', 1, 1000))
    .option('--untrusted', 'its dumps are restored only as a non-superuser')
    .option('--halted', 'skip its jobs until it is activated')
    .option('--comment <text>', 'for people', someText('--comment'));
}

async function add(context: Context, [address = '']: readonly string[], options: AddOptions): Promise<void> {
  const { host, port } = parseAddress(address);
  await context.withCatalog(async (catalog) => {
    const worker = await defaultWorker(context, catalog, options.worker);
    const { addInstance } = await import('../sql/catalog/instances.ts');
    const instance = await writing(() =>
      addInstance(catalog, {
        host,
        port,
        name: options.name,
        username: options.user,
        default_worker_id: worker?.id,
        ...options.window,
        auto_add: options.autoAdd,
        maintenance_db: options.maintenanceDb,
        service: options.service,
        sslmode: options.sslmode,
        environment: options.environment,
        restores: options.restores,
        max_parallel: options.maxParallel,
        trusted: options.untrusted === true ? false : undefined,
        status: options.halted === true ? 'halted' : undefined,
        comment: options.comment,
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
