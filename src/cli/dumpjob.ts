import type { RestoreResult } from '../core/model/results.ts';
import type { DumpJobRow } from '../sql/catalog/dump-jobs.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addDumpJobAdd } from './dumpjob-add.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';

/** `dumpjob add | list | show | run` */
export const addDumpJobCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'dumpjob', 'what to dump, when, how long to keep');
  addDumpJobAdd(noun, settings);
  addListOptions(
    addVerb(noun, settings, 'list', 'list the dump jobs', list),
    settings.around,
    ['status', 'db', 'instance', 'worker'],
    ['id', 'dbname'],
  );
  addVerb(noun, settings, 'show <id>', 'show one dump job', show);
  addVerb(noun, settings, 'run <id>', 'take the dump now, here, also of a halted job', run);
};

const COLUMNS: readonly ListColumn<DumpJobRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'status', title: 'STATUS' },
  { key: 'instance_name', title: 'INSTANCE', shrinkTo: 10 },
  { key: 'dbname', title: 'DATABASE', shrinkTo: 10 },
  { key: 'dump_type', title: 'TYPE', priority: 3 },
  { key: 'job_type', title: 'RUNS', priority: 4 },
  { key: 'schedule', title: 'SCHEDULE', priority: 1 },
  { key: 'worker_name', title: 'WORKER', shrinkTo: 8, priority: 2 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 5 },
];

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listDumpJobs } = await import('../sql/catalog/dump-jobs.ts');
  await context.output.list(await context.withCatalog((catalog) => listDumpJobs(catalog, options)), COLUMNS);
}

async function show(context: Context, [id = '']: readonly string[]): Promise<void> {
  const jobId = wholeNumber('the id of a dump job', 1)(id);
  const { findDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  const { triggeredRestoreJobs } = await import('../sql/catalog/triggers.ts');
  const job = await context.withCatalog(async (catalog) => ({
    ...(await findDumpJob(catalog, jobId)),
    triggers: await triggeredRestoreJobs(catalog, jobId),
  }));
  context.output.show(job);
}

async function run(context: Context, [id = '']: readonly string[]): Promise<number> {
  const jobId = wholeNumber('the id of a dump job', 1)(id);
  const { runDumpJobNow } = await import('../worker/run/run-job.ts');
  const { runWithProgress } = await import('./run-with-progress.ts');
  const { reportDump } = await import('./run-report.ts');
  const restores: RestoreResult[] = [];
  const result = await context.withWorker((worker) =>
    runWithProgress(context, `dump job ${jobId}`, (options) =>
      runDumpJobNow(worker, jobId, { ...options, onTriggered: (restore) => restores.push(restore) }),
    ),
  );
  return reportDump(context.output, result, restores);
}
