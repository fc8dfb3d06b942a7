import type { RestoreJobRow } from '../sql/catalog/restore-jobs.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { addRestoreJobAdd } from './restorejob-add.ts';

/** `restorejob add | list | show | run` */
export const addRestoreJobCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'restorejob', 'which dump to restore where, and how');
  addRestoreJobAdd(noun, settings);
  addListOptions(
    addVerb(noun, settings, 'list', 'list the restore jobs', list),
    settings.around,
    ['status', 'db', 'instance'],
    ['id', 'dest_dbname'],
  );
  addVerb(noun, settings, 'show <id>', 'show one restore job', show);
  addVerb(noun, settings, 'run <id>', 'restore now, here, also of a halted job', run);
};

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

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listRestoreJobs } = await import('../sql/catalog/restore-jobs.ts');
  await context.output.list(await context.withCatalog((catalog) => listRestoreJobs(catalog, options)), COLUMNS);
}

async function show(context: Context, [id = '']: readonly string[]): Promise<void> {
  const jobId = wholeNumber('the id of a restore job', 1)(id);
  const { findRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  context.output.show(await context.withCatalog((catalog) => findRestoreJob(catalog, jobId)));
}

async function run(context: Context, [id = '']: readonly string[]): Promise<void> {
  const jobId = wholeNumber('the id of a restore job', 1)(id);
  const { runRestoreJobNow } = await import('../worker/run/run-job.ts');
  const { runWithProgress } = await import('./run-with-progress.ts');
  const { reportRestore } = await import('./run-report.ts');
  const result = await context.withWorker((worker) =>
    runWithProgress(context, `restore job ${jobId}`, (options) => runRestoreJobNow(worker, jobId, options)),
  );
  reportRestore(context.output, result);
}
