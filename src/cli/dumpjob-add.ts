import type { Command } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import type { Context } from './context.ts';
import {
  addDumpJobOptions,
  checkDumpJobOptions,
  type DumpJobOptions,
  dumpJobColumns,
  dumpJobScripts,
} from './dumpjob-options.ts';
import { writing } from './refused-value.ts';

export function addDumpJobAdd(noun: Command, settings: TreeSettings): void {
  const text = 'add a dump job; without a time: daily, at a random minute of the window';
  const command = addVerb<DumpJobOptions>(noun, settings, 'add', text, add);
  addDumpJobOptions(command, settings.around).option('--halted', 'do not run it until it is activated');
  for (const option of command.options) if (option.long === '--instance') option.makeOptionMandatory();
}

async function add(context: Context, _args: readonly string[], options: DumpJobOptions): Promise<void> {
  check(options);
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { findWorker } = await import('../sql/catalog/workers.ts');
  const { addDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  const { addTrigger } = await import('../sql/catalog/triggers.ts');
  const { findRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  await context.withCatalog(async (catalog) => {
    const instance = await findInstance(catalog, options.instance ?? '');
    const worker = options.worker === undefined ? undefined : await findWorker(catalog, options.worker);
    const drillOn = options.drillOn === undefined ? undefined : await findInstance(catalog, options.drillOn);
    for (const id of options.trigger ?? []) await findRestoreJob(catalog, Number(id));
    const scripts = await dumpJobScripts(catalog, options);
    const job = await writing(() =>
      catalog.transaction(async () => {
        const added = await addDumpJob(catalog, {
          ...dumpJobColumns(options),
          ...scripts,
          job_type: options.once === true ? 'single' : 'repeat',
          status: options.halted === true ? 'halted' : undefined,
          instance_id: instance.id,
          worker_id: worker?.id,
          drill_instance_id: drillOn?.id,
        });
        for (const id of options.trigger ?? []) await addTrigger(catalog, added.id, Number(id));
        return added;
      }),
    );
    context.output.created(job);
  });
}

/** @throws PgSnapManError usage */
function check(options: DumpJobOptions): void {
  checkDumpJobOptions(options);
  if (options.script !== undefined && options.type === undefined) {
    throw new PgSnapManError('usage', '--script needs --type script', 'say so, or leave it out');
  }
  if (options.db !== undefined || !['full', 'schema', 'data'].includes(options.type ?? 'full')) return;
  const text = `a ${options.type ?? 'full'} dump needs --db`;
  throw new PgSnapManError('usage', text, 'name the database, or choose --type cluster');
}
