import type { Command } from 'commander';
import { isClusterDump } from '../core/cluster-dump/cluster-command.ts';
import { PgSnapManError } from '../core/errors.ts';
import type { Instance } from '../core/model/configuration.ts';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';
import { writing } from './refused-value.ts';
import {
  addRestoreJobOptions,
  checkRestoreJobOptions,
  keptReplication,
  type RestoreJobOptions,
  restoreJobColumns,
  restoreScripts,
  restoreSource,
  SOURCES,
} from './restorejob-options.ts';

export function addRestoreJobAdd(noun: Command, settings: TreeSettings): void {
  const description = 'add a restore job; without a time: once, as soon as possible';
  addRestoreJobOptions(addVerb<RestoreJobOptions>(noun, settings, 'add', description, add), settings.around);
}

async function add(context: Context, _args: readonly string[], options: RestoreJobOptions): Promise<void> {
  const { to, db } = options;
  if (to === undefined) throw missing('--to');
  checkRestoreJobOptions(options);
  if ((options.dump ?? options.latestOf ?? options.onTrigger) === undefined) {
    throw new PgSnapManError('usage', 'which dump is to be restored is missing', SOURCES);
  }
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { addRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  await context.withCatalog(async (catalog) => {
    if (db === undefined) await requireCluster(catalog, options);
    const source = await restoreSource(catalog, options);
    const scripts = await restoreScripts(catalog, options);
    const destination = await findInstance(catalog, to);
    await confirmTarget(context, destination);
    const repeatOrSingle = options.schedule === undefined ? 'single' : 'repeat';
    const job = await writing(() =>
      addRestoreJob(catalog, {
        ...restoreJobColumns(options),
        ...source,
        ...scripts,
        keep: keptReplication(options, []),
        job_type: options.onTrigger === true ? 'trigger' : repeatOrSingle,
        dest_instance_id: destination.id,
        // A whole cluster: psql begins in the maintenance database and goes on from there.
        dest_dbname: db ?? destination.maintenance_db,
      }),
    );
    context.output.created(job);
  });
}

function missing(option: string): PgSnapManError {
  return new PgSnapManError('usage', `a restore job needs ${option}`, 'name the instance, and the database there');
}

/** @throws PgSnapManError usage if the dump is not one of a whole cluster, which alone needs no --db */
async function requireCluster(
  catalog: Connection,
  { dump, latestOf }: Pick<RestoreJobOptions, 'dump' | 'latestOf'>,
): Promise<void> {
  if (dump !== undefined) {
    const { findDump } = await import('../sql/catalog/dumps.ts');
    if (isClusterDump(await findDump(catalog, dump))) return;
  } else if (latestOf !== undefined) {
    const { findDumpJob } = await import('../sql/catalog/dump-jobs.ts');
    if (isClusterDump(await findDumpJob(catalog, latestOf))) return;
  }
  throw missing('--db');
}

/** Asks about an instance that wants to be asked about. @throws PgSnapManError usage, cancelled */
async function confirmTarget(context: Context, { name, restores }: Pick<Instance, 'name' | 'restores'>) {
  if (restores !== 'confirm') return;
  requireConfirmation(context);
  await confirm(context, `instance "${name}" wants a confirmation for every restore: go on?`);
}
