import { Option } from 'commander';
import type { DumpJob } from '../core/model/configuration.ts';
import { countOf } from '../core/text/numbers.ts';
import type { DumpJobRow } from '../sql/catalog/dump-jobs.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';
import { addDeleteVerb } from './delete-verb.ts';
import { addDumpJobAdd } from './dumpjob-add.ts';
import { addDumpJobEdit } from './dumpjob-edit.ts';
import { wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { addStatusVerbs } from './status-verbs.ts';
import { addListVerb, addShowVerb, type Subject } from './verbs.ts';

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

const asId = wholeNumber('the id of a dump job', 1);

const JOB: Subject<DumpJobRow> = {
  argument: 'id',
  check: asId,
  find: async (catalog, id) => (await import('../sql/catalog/dump-jobs.ts')).findDumpJob(catalog, asId(id)),
};

/** `dumpjob add | list | show | edit | halt | activate | run | clear-dumps | delete` */
export const addDumpJobCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'dumpjob', 'what to dump, when, how long to keep');
  addDumpJobAdd(noun, settings);
  addListVerb<DumpJobRow>(noun, settings, {
    description: 'list the dump jobs',
    filters: ['status', 'db', 'instance', 'worker'],
    sorts: ['id', 'dbname'],
    columns: COLUMNS,
    fetch: async (catalog, options) => (await import('../sql/catalog/dump-jobs.ts')).listDumpJobs(catalog, options),
  });
  addShowVerb(noun, settings, 'show one dump job', { ...JOB, find: withTriggers });
  addDumpJobEdit(noun, settings, JOB);
  addStatusVerbs(noun, settings, 'dump job', 'dump_job', JOB);
  addVerb<{ wait: boolean }>(noun, settings, 'run <id>', 'take the dump now, also of a halted job', run).addOption(
    new Option('--no-wait', 'ask its worker through the catalog and return at once'),
  );
  addVerb(noun, settings, 'clear-dumps <id>', 'have the next cleaning remove all dumps of a job', clearDumps);
  addDelete(noun, settings);
};

const withTriggers: Subject<object>['find'] = async (catalog, id) => {
  const { triggeredRestoreJobs } = await import('../sql/catalog/triggers.ts');
  const { script, before_hook, after_hook, ...job } = await JOB.find(catalog, id);
  const nameOf = (text: { name: string } | null) => text?.name ?? null;
  const names = { script: nameOf(script), before_hook: nameOf(before_hook), after_hook: nameOf(after_hook) };
  return { ...job, ...names, triggers: await triggeredRestoreJobs(catalog, asId(id)) };
};

async function run(context: Context, [id = '']: readonly string[], { wait }: { wait: boolean }): Promise<number> {
  const jobId = asId(id);
  const { runDumpJob } = await import('./dumpjob-run.ts');
  return runDumpJob(context, jobId, wait);
}

async function clearDumps(context: Context, [id = '']: readonly string[]): Promise<void> {
  asId(id);
  requireConfirmation(context);
  const { countDumps, markDumpsForRemoval } = await import('../sql/catalog/dump-jobs.ts');
  const marked = await context.withCatalog(async (catalog) => {
    const job = await JOB.find(catalog, id);
    const dumps = await countDumps(catalog, job.id);
    await confirm(context, `remove all ${countOf(dumps, 'dump')} of ${jobText(job)}, those to be kept included?`);
    return { id: job.id, marked: await markDumpsForRemoval(catalog, job.id), dumps };
  });
  context.output.result(`${countOf(marked.dumps, 'dump')} will be removed by the next cleaning of the worker`, marked);
}

interface DeleteOptions {
  withDumps?: true;
}

const addDelete = (noun: Parameters<typeof addVerb>[0], settings: Parameters<typeof addVerb>[1]): void => {
  addDeleteVerb<DumpJobRow, DeleteOptions>(noun, settings, {
    ...JOB,
    description: 'delete a dump job; its dumps stay, by the setting retention_on_delete',
    async question(catalog, job, { withDumps }) {
      const { countDumps } = await import('../sql/catalog/dump-jobs.ts');
      const dumps = countOf(await countDumps(catalog, job.id), 'dump');
      return `delete ${jobText(job)}, and ${withDumps ? `remove its ${dumps}` : `leave its ${dumps}`}?`;
    },
    async remove(catalog, job, { withDumps }) {
      const { deleteDumpJob, markDumpsForRemoval } = await import('../sql/catalog/dump-jobs.ts');
      await catalog.transaction(async () => {
        if (withDumps) await markDumpsForRemoval(catalog, job.id);
        await deleteDumpJob(catalog, job.id);
      });
    },
    done: (job) => `deleted ${jobText(job)}`,
  }).option('--with-dumps', 'have the next cleaning remove its dumps, those to be kept included');
};

function jobText(job: Pick<DumpJob, 'id' | 'dbname'> & { instance_name: string }): string {
  return `dump job ${job.id} (${job.dbname ?? 'all databases'} on ${job.instance_name})`;
}
