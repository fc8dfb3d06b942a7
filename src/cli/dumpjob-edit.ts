import type { Command } from 'commander';
import { Option } from 'commander';
import type { DumpJob } from '../core/model/configuration.ts';
import type { Connection } from '../sql/connection.ts';
import type { TreeSettings } from './command-tree.ts';
import {
  addDumpJobOptions,
  checkDumpJobOptions,
  type DumpJobOptions,
  dumpJobColumns,
  dumpJobScripts,
} from './dumpjob-options.ts';
import { addEditVerb } from './edit-verb.ts';
import type { Subject } from './verbs.ts';

/** `trigger` is no column: it stands for all rows of dump_job_trigger. */
const UNSET = {
  worker: 'worker_id',
  timezone: 'timezone',
  at: 'run_at',
  comment: 'comment',
  trigger: 'triggers',
  'max-drop': 'max_drop_percent',
  'drill-schedule': 'drill_schedule',
  'before-hook': 'before_hook_id',
  'after-hook': 'after_hook_id',
};

export function addDumpJobEdit(noun: Command, settings: TreeSettings, subject: Subject<DumpJob>): void {
  const command = addEditVerb<DumpJob, DumpJobOptions>(noun, settings, {
    ...subject,
    description: 'change a dump job; the options are those of add, lists are given whole',
    unset: UNSET,
    checkOptions: checkDumpJobOptions,
    columns: changedColumns,
    save,
  });
  addDumpJobOptions(command, settings.around).addOption(
    new Option('--no-on-demand', 'dump it whatever the database says'),
  );
}

async function changedColumns(catalog: Connection, options: DumpJobOptions): Promise<Partial<DumpJob>> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { findWorker } = await import('../sql/catalog/workers.ts');
  return {
    ...dumpJobColumns(options),
    ...(options.type === undefined || options.type === 'script' ? {} : { script_id: null }),
    ...(await dumpJobScripts(catalog, options)),
    ...(options.instance === undefined ? {} : { instance_id: (await findInstance(catalog, options.instance)).id }),
    ...(options.worker === undefined ? {} : { worker_id: (await findWorker(catalog, options.worker)).id }),
    ...(options.drillOn === undefined ? {} : { drill_instance_id: (await findInstance(catalog, options.drillOn)).id }),
    // One way to run excludes the other.
    ...(options.schedule === undefined ? {} : { job_type: 'repeat', run_at: null }),
    ...(options.once === undefined ? {} : { job_type: 'single', schedule: null, run_at: options.at ?? null }),
  };
}

async function save(
  catalog: Connection,
  job: DumpJob,
  { triggers, ...columns }: Readonly<Record<string, unknown>>,
  options: DumpJobOptions,
): Promise<object> {
  const { updateDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  const { addTrigger, removeTriggers, triggeredRestoreJobs } = await import('../sql/catalog/triggers.ts');
  const { findRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  return catalog.transaction(async () => {
    const changed = await updateDumpJob(catalog, job.id, columns);
    if (options.trigger !== undefined || triggers === null) await removeTriggers(catalog, job.id);
    for (const id of options.trigger ?? []) {
      await findRestoreJob(catalog, Number(id));
      await addTrigger(catalog, job.id, Number(id));
    }
    return { ...changed, triggers: await triggeredRestoreJobs(catalog, job.id) };
  });
}
