import { Option } from 'commander';
import type { Worker } from '../core/model/configuration.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addListOptions, type ListOptions } from './options/list-options.ts';
import { someText, timezone } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { writing } from './refused-value.ts';

/** `worker register | list | show | init | run | doctor` */
export const addWorkerCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'worker', 'machines that take dumps and perform restores');
  addVerb<RegisterOptions>(noun, settings, 'register <name>', 'add a worker to the catalog', register)
    .addOption(new Option('--timezone <zone>', 'time zone of its schedules').argParser(timezone))
    .option('--comment <text>', 'for people', someText('--comment'));
  addListOptions(
    addVerb(noun, settings, 'list', 'list the workers', list),
    settings.around,
    ['status'],
    ['id', 'name'],
  );
  addVerb(noun, settings, 'show <worker>', 'show one worker: id or name', show);
  addVerb<InitOptions>(noun, settings, 'init', 'make the root directory of this machine', init).option(
    '--name <name>',
    'name that the worker is registered under',
    someText('--name'),
  );
  addVerb(noun, settings, 'run', 'do what is due, once; for cron, every minute', run);
  addVerb(noun, settings, 'doctor', 'check this machine and say what to do', doctor);
};

interface RegisterOptions {
  timezone?: string;
  comment?: string;
}

interface InitOptions {
  name?: string;
}

const COLUMNS: readonly ListColumn<Worker>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME', shrinkTo: 10 },
  { key: 'status', title: 'STATUS' },
  { key: 'last_seen_at', title: 'LAST SEEN', priority: 1 },
  { key: 'version', title: 'VERSION', priority: 2 },
  { key: 'timezone', title: 'TIME ZONE', priority: 4 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 3 },
];

async function register(context: Context, [name = '']: readonly string[], options: RegisterOptions): Promise<void> {
  const { registerWorker } = await import('../sql/catalog/workers.ts');
  const worker = await context.withCatalog((catalog) =>
    writing(() => registerWorker(catalog, { name, timezone: options.timezone, comment: options.comment })),
  );
  context.output.created(worker);
}

async function list(context: Context, _args: readonly string[], options: ListOptions): Promise<void> {
  const { listWorkers } = await import('../sql/catalog/workers.ts');
  await context.output.list(await context.withCatalog((catalog) => listWorkers(catalog, options)), COLUMNS);
}

async function show(context: Context, [reference = '']: readonly string[]): Promise<void> {
  const { findWorker } = await import('../sql/catalog/workers.ts');
  context.output.show(await context.withCatalog((catalog) => findWorker(catalog, reference)));
}

async function init(context: Context, _args: readonly string[], options: InitOptions): Promise<void> {
  const { initWorker } = await import('../worker/worker-setup.ts');
  const configuration = await context.configuration();
  const worker = await initWorker(configuration, { name: options.name });
  context.output.result(`worker ${worker.name} works in ${configuration.worker.root}`, worker);
}

async function run(context: Context): Promise<number> {
  const { runWorkerTick } = await import('./worker-run.ts');
  return runWorkerTick(context);
}

async function doctor(context: Context): Promise<number> {
  const { examine } = await import('../worker/doctor/doctor.ts');
  const { printFindings } = await import('./output/findings.ts');
  return printFindings(context.output, await examine(await context.configuration()));
}
