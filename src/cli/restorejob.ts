import { Option } from 'commander';
import type { RestoreJobRow } from '../sql/catalog/restore-jobs.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addDeleteVerb } from './delete-verb.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { addRestoreJobAdd } from './restorejob-add.ts';
import { addRestoreJobEdit } from './restorejob-edit.ts';
import { addStatusVerbs } from './status-verbs.ts';
import { addListVerb, addShowVerb, type Subject } from './verbs.ts';

const COLUMNS: readonly ListColumn<RestoreJobRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'status', title: 'STATUS' },
  { key: 'job_type', title: 'RUNS', priority: 1 },
  { key: 'dump_id', title: 'DUMP', align: 'right', priority: 3 },
  { key: 'latest_of_dump_job_id', title: 'LATEST OF', align: 'right', priority: 4 },
  { key: 'dest_instance_name', title: 'TO', shrinkTo: 10 },
  { key: 'dest_dbname', title: 'DATABASE', shrinkTo: 10 },
  { key: 'existing_db', title: 'EXISTING', priority: 5 },
  { key: 'schedule', title: 'SCHEDULE', priority: 2 },
  { key: 'finished_at', title: 'FINISHED', priority: 6 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 7 },
];

const asId = wholeNumber('the id of a restore job', 1);

const JOB: Subject<RestoreJobRow> = {
  argument: 'id',
  check: asId,
  find: async (catalog, id) => (await import('../sql/catalog/restore-jobs.ts')).findRestoreJob(catalog, asId(id)),
};

/** `restorejob add | list | show | edit | halt | activate | plan | run | delete` */
export const addRestoreJobCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'restorejob', 'which dump to restore where, and how');
  addRestoreJobAdd(noun, settings);
  addListVerb<RestoreJobRow>(noun, settings, {
    description: 'list the restore jobs',
    filters: ['status', 'db', 'instance'],
    sorts: ['id', 'dest_dbname'],
    columns: COLUMNS,
    fetch: async (catalog, options) =>
      (await import('../sql/catalog/restore-jobs.ts')).listRestoreJobs(catalog, options),
  });
  addShowVerb(noun, settings, 'show one restore job', { ...JOB, find: withTriggers });
  addRestoreJobEdit(noun, settings, JOB);
  addStatusVerbs(noun, settings, 'restore job', 'restore_job', JOB);
  addVerb(noun, settings, 'plan <id>', 'say what a restore would do; changes nothing', plan);
  addVerb<{ wait: boolean }>(noun, settings, 'run <id>', 'restore now, also a halted job', run).addOption(
    new Option('--no-wait', 'ask its worker through the catalog and return at once'),
  );
  addDelete(noun, settings);
};

const withTriggers: Subject<object>['find'] = async (catalog, id) => {
  const { triggeringDumpJobs } = await import('../sql/catalog/restore-jobs.ts');
  return { ...(await JOB.find(catalog, id)), triggered_by: await triggeringDumpJobs(catalog, asId(id)) };
};

const addDelete = (noun: Parameters<typeof addVerb>[0], settings: Parameters<typeof addVerb>[1]): void => {
  addDeleteVerb<RestoreJobRow>(noun, settings, {
    ...JOB,
    description: 'delete a restore job; its runs stay in the restore log',
    async question(catalog, job) {
      const { triggeringDumpJobs } = await import('../sql/catalog/restore-jobs.ts');
      const jobs = await triggeringDumpJobs(catalog, job.id);
      const triggered = jobs.length === 0 ? '' : `, which dump job ${jobs.join(', ')} triggers`;
      return `delete ${jobText(job)}${triggered}?`;
    },
    remove: async (catalog, job) => (await import('../sql/catalog/restore-jobs.ts')).deleteRestoreJob(catalog, job.id),
    done: (job) => `deleted ${jobText(job)}`,
  });
};

function jobText({ id, dest_dbname, dest_instance_name }: RestoreJobRow): string {
  return `restore job ${id} (to ${dest_dbname} on ${dest_instance_name})`;
}

async function plan(context: Context, [id = '']: readonly string[]): Promise<number> {
  const jobId = asId(id);
  const { planRestore } = await import('./restorejob-plan.ts');
  return planRestore(context, jobId);
}

async function run(context: Context, [id = '']: readonly string[], { wait }: { wait: boolean }): Promise<void> {
  const jobId = asId(id);
  const { runRestoreJob } = await import('./restorejob-run.ts');
  await runRestoreJob(context, jobId, wait);
}
