import { type Command, Option } from 'commander';
import type { RestoreJob } from '../core/model/configuration.ts';
import type { RestoreJobRow } from '../sql/catalog/restore-jobs.ts';
import type { Connection } from '../sql/connection.ts';
import type { TreeSettings } from './command-tree.ts';
import { addEditVerb } from './edit-verb.ts';
import {
  addRestoreJobOptions,
  checkRestoreJobOptions,
  keptReplication,
  type RestoreJobOptions,
  restoreJobColumns,
  restoreScripts,
  restoreSource,
} from './restorejob-options.ts';
import type { Subject } from './verbs.ts';

const UNSET = {
  'schema-as': 'schema_as',
  properties: 'properties',
  at: 'run_at',
  timezone: 'timezone',
  comment: 'comment',
  'before-sql': 'before_script_id',
  'after-sql': 'after_script_id',
  'after-hook': 'after_hook_id',
};

export function addRestoreJobEdit(noun: Command, settings: TreeSettings, subject: Subject<RestoreJobRow>): void {
  const command = addEditVerb<RestoreJobRow, RestoreJobOptions>(noun, settings, {
    ...subject,
    description: 'change a restore job; the options are those of add, lists and maps are given whole',
    unset: UNSET,
    checkOptions: checkRestoreJobOptions,
    columns: changedColumns,
    async save(catalog, job, columns) {
      const { updateRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
      return updateRestoreJob(catalog, job.id, columns);
    },
  });
  // `--no-roles` says its opposite by itself, unless that is an option too.
  command.addOption(new Option('--roles', 'create missing roles, set owners and privileges'));
  addRestoreJobOptions(command, settings.around)
    .addOption(new Option('--no-passwords', 'created roles have no passwords'))
    .addOption(new Option('--no-tablespaces', 'everything goes to the default tablespace'))
    .addOption(new Option('--no-accept-losses', 'what can not be restored is a failure'))
    .addOption(new Option('--no-keep-publications', 'leave publications out on another instance'))
    .addOption(new Option('--no-keep-subscriptions', 'leave subscriptions out on another instance'));
}

async function changedColumns(
  catalog: Connection,
  options: RestoreJobOptions,
  row: RestoreJobRow,
): Promise<Partial<RestoreJob>> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  return {
    ...restoreJobColumns(options),
    ...(await restoreSource(catalog, options)),
    ...(await restoreScripts(catalog, options)),
    ...(options.to === undefined ? {} : { dest_instance_id: (await findInstance(catalog, options.to)).id }),
    ...(options.existing === undefined || options.existing === 'truncate' ? {} : { existing_data: 'leave' }),
    ...(options.roles === true ? { role_handling: 'use' } : {}),
    ...(options.tablespaces === false ? { tablespace_handling: 'none' } : {}),
    keep: keptReplication(options, row.keep),
    // One way to run excludes the others.
    ...(options.onTrigger === true ? { job_type: 'trigger', schedule: null, run_at: null } : {}),
    ...(options.schedule === undefined ? {} : { job_type: 'repeat', run_at: null }),
    ...(options.once === undefined ? {} : { job_type: 'single', schedule: null, run_at: options.at ?? null }),
  };
}
