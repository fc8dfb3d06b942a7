import { PgSnapManError } from '../core/errors.ts';
import { findingsAnswerSchema } from '../core/model/answers.ts';
import type { Worker } from '../core/model/configuration.ts';
import { countOf } from '../core/text/numbers.ts';
import { addWorkerOption, hereOrAsked, type WorkerOption } from './ask-named-worker.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addDeleteVerb } from './delete-verb.ts';
import { someText } from './options/values.ts';
import type { Finding } from './output/findings.ts';
import type { ListColumn } from './output/output.ts';
import { writing } from './refused-value.ts';
import { addStatusVerbs } from './status-verbs.ts';
import { addListVerb, addShowVerb, type Subject } from './verbs.ts';
import { addWorkerEdit } from './worker-edit.ts';
import { addWorkerOptions, type WorkerOptions, workerColumns } from './worker-options.ts';

const COLUMNS: readonly ListColumn<Worker>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME', shrinkTo: 10 },
  { key: 'status', title: 'STATUS' },
  { key: 'last_seen_at', title: 'LAST SEEN', priority: 1 },
  { key: 'version', title: 'VERSION', priority: 2 },
  { key: 'timezone', title: 'TIME ZONE', priority: 4 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 3 },
];

const WORKER: Subject<Worker> = {
  argument: 'worker',
  find: async (catalog, reference) => (await import('../sql/catalog/workers.ts')).findWorker(catalog, reference),
};

/** `worker register | list | show | edit | halt | activate | delete`, and on its machine `init | run | daemon | …` */
export const addWorkerCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'worker', 'machines that take dumps and perform restores');
  addWorkerOptions(addVerb<WorkerOptions>(noun, settings, 'register <name>', 'add a worker to the catalog', register));
  addListVerb<Worker>(noun, settings, {
    description: 'list the workers',
    filters: ['status'],
    sorts: ['id', 'name'],
    columns: COLUMNS,
    fetch: async (catalog, options) => (await import('../sql/catalog/workers.ts')).listWorkers(catalog, options),
  });
  addShowVerb(noun, settings, 'show one worker: id or name', WORKER);
  addWorkerEdit(noun, settings, WORKER);
  addStatusVerbs(noun, settings, 'worker', 'worker', WORKER);
  addDelete(noun, settings);
  addVerb<InitOptions>(noun, settings, 'init', 'make the root directory of this machine', init).option(
    '--name <name>',
    'name that the worker is registered under',
    someText('--name'),
  );
  addVerb(noun, settings, 'run', 'do what is due, once; for cron, every minute', async (context) =>
    (await import('./worker-run.ts')).runWorkerTick(context),
  );
  addVerb(noun, settings, 'daemon', 'do what is due, until it is told to end', async (context) =>
    (await import('./worker-daemon.ts')).runWorkerDaemon(context),
  );
  addVerb(noun, settings, 'status', 'what is due, runs and waits on this machine', async (context) =>
    (await import('./worker-status.ts')).showWorkerStatus(context),
  );
  addWorkerOption(addVerb<WorkerOption>(noun, settings, 'doctor', 'check this machine and say what to do', doctor));
  addVerb<{ remove?: true }>(
    noun,
    settings,
    'install-cron',
    'have cron start `worker run` every minute',
    async (context, _args, options) => (await import('./worker-install-cron.ts')).installCron(context, options),
  ).option('--remove', 'take that line out again');
};

const addDelete = (noun: Parameters<typeof addVerb>[0], settings: Parameters<typeof addVerb>[1]): void => {
  addDeleteVerb<Worker>(noun, settings, {
    ...WORKER,
    description: 'delete a worker that nothing uses',
    async question(catalog, { id, name }) {
      const { usageOfWorker } = await import('../sql/catalog/workers.ts');
      const { instances, dump_jobs: jobs, dumps } = await usageOfWorker(catalog, id);
      if (instances + jobs === 0) {
        return `delete worker ${name}? The ${countOf(dumps, 'dump')} in its repository cannot be restored from here any more.`;
      }
      const used = [instances > 0 ? countOf(instances, 'instance') : [], jobs > 0 ? countOf(jobs, 'dump job') : []];
      const hint = 'give them another worker first, or halt this one';
      throw new PgSnapManError('usage', `worker ${name} is used by ${used.flat().join(' and ')}`, hint);
    },
    remove: async (catalog, { id }) => (await import('../sql/catalog/workers.ts')).deleteWorker(catalog, id),
    done: ({ name }) => `deleted worker ${name}`,
  });
};

async function register(context: Context, [name = '']: readonly string[], options: WorkerOptions): Promise<void> {
  const { findWorker, registerWorker } = await import('../sql/catalog/workers.ts');
  const worker = await context.withCatalog(async (catalog) => {
    const { restoreWorker } = options;
    const restoring = restoreWorker === undefined ? undefined : await findWorker(catalog, restoreWorker);
    const columns = { ...workerColumns(options), name, restore_worker_id: restoring?.id };
    return writing(() => registerWorker(catalog, columns));
  });
  context.output.created(worker);
}

interface InitOptions {
  name?: string;
}

async function init(context: Context, _args: readonly string[], options: InitOptions): Promise<void> {
  const { initWorker } = await import('../worker/init-worker.ts');
  const configuration = await context.configuration();
  const worker = await initWorker(configuration, { name: options.name });
  context.output.result(`worker ${worker.name} works in ${configuration.worker.root}`, worker);
}

async function doctor(context: Context, _args: readonly string[], options: WorkerOption): Promise<number> {
  const { printFindings } = await import('./output/findings.ts');
  const findings = await hereOrAsked<readonly Finding[]>(context, options, {
    kind: 'doctor',
    subject: 'the doctor',
    async here() {
      const { examine } = await import('../worker/doctor/doctor.ts');
      return examine(await context.configuration());
    },
    there: (answer) => findingsAnswerSchema.parse(answer).findings,
  });
  return printFindings(context.output, findings);
}
