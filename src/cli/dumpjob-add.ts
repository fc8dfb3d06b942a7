import { type Command, Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { DumpJob } from '../core/model/configuration.ts';
import { checkOptions, DUMP_OPTIONS } from '../core/postgres/options.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import type { Context } from './context.ts';
import { checkTiming, parseKeep, type Retention, scheduleText, tableName } from './options/job-options.ts';
import { postgresName, repeated, someText, timeToCome, timezone, wholeNumber } from './options/values.ts';
import { writing } from './refused-value.ts';

interface AddOptions {
  instance: string;
  db?: string;
  type: Exclude<DumpJob['dump_type'], 'script'>;
  schema?: string[];
  table?: string[];
  schedule?: string;
  once?: true;
  at?: Date;
  timezone?: string;
  keep?: Retention;
  keepLast?: number;
  trigger?: string[];
  jobs?: number;
  option?: string[];
  worker?: string;
  onDemand?: true;
  halted?: true;
  comment?: string;
}

const OF_ONE_DATABASE: readonly string[] = ['full', 'schema', 'data'];

export function addDumpJobAdd(noun: Command, settings: TreeSettings): void {
  addVerb<AddOptions>(
    noun,
    settings,
    'add',
    'add a dump job; without a time: daily, at a random minute of the window',
    add,
  )
    .requiredOption('--instance <instance>', 'where to dump from: id, name or host[:port]', someText('--instance'))
    .option('--db <name>', 'database; not for cluster dumps', postgresName('--db'))
    .addOption(
      new Option('--type <type>', 'what to dump')
        .choices([...OF_ONE_DATABASE, 'cluster', 'cluster_schema'])
        .default('full'),
    )
    .addOption(
      new Option('--schema <name>', 'only this schema, exactly so; may be repeated').argParser(
        repeated(postgresName('--schema')),
      ),
    )
    .addOption(
      new Option('--table <name>', 'only this table, schema.table; may be repeated').argParser(repeated(tableName)),
    )
    .option('--schedule <cron>', 'five cron fields or a nickname: "0 3 * * *", @daily', scheduleText)
    .option('--once', 'a single job: as soon as possible, or --at a time')
    .option(
      '--at <time>',
      'when a single job runs: a time, or a span from now on',
      timeToCome('--at', settings.around.now),
    )
    .option('--timezone <zone>', 'time zone of the schedule', timezone)
    .option('--keep <d,w,m,y>', 'daily, weekly, monthly, yearly dumps to keep', parseKeep)
    .option('--keep-last <n>', 'never fewer good dumps than that', wholeNumber('--keep-last', 1, 1_000_000))
    .addOption(
      new Option('--trigger <restorejob>', 'restore job to run after it; may be repeated').argParser(repeated(jobId)),
    )
    .option('--jobs <n>', 'tables dumped at a time', wholeNumber('--jobs', 1, 64))
    .addOption(
      new Option('--option <option>', 'more for pg_dump, from the allow-list; may be repeated').argParser(
        repeated(someText('--option')),
      ),
    )
    .option('--worker <worker>', "who dumps; default: the instance's worker", someText('--worker'))
    .option('--on-demand', 'the database decides by its table pgsnapman.metainfo')
    .option('--halted', 'do not run it until it is activated')
    .option('--comment <text>', 'for people', someText('--comment'));
}

function jobId(value: string): string {
  return String(wholeNumber('--trigger', 1)(value));
}

async function add(context: Context, _args: readonly string[], options: AddOptions): Promise<void> {
  check(options);
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { findWorker } = await import('../sql/catalog/workers.ts');
  const { addDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  const { addTrigger } = await import('../sql/catalog/triggers.ts');
  const { findRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  await context.withCatalog(async (catalog) => {
    const instance = await findInstance(catalog, options.instance);
    const worker = options.worker === undefined ? undefined : await findWorker(catalog, options.worker);
    for (const id of options.trigger ?? []) await findRestoreJob(catalog, Number(id));
    const job = await writing(() =>
      catalog.transaction(async () => {
        const added = await addDumpJob(catalog, {
          ...columnsOf(options),
          instance_id: instance.id,
          worker_id: worker?.id,
        });
        for (const id of options.trigger ?? []) await addTrigger(catalog, added.id, Number(id));
        return added;
      }),
    );
    context.output.created(job);
  });
}

/** @throws PgSnapManError usage for combinations that mean nothing */
function check(options: AddOptions): void {
  checkTiming(options);
  checkOptions(options.option ?? [], DUMP_OPTIONS);
  const ofOneDatabase = OF_ONE_DATABASE.includes(options.type);
  if (ofOneDatabase && options.db === undefined) {
    throw new PgSnapManError(
      'usage',
      `a ${options.type} dump needs --db`,
      'name the database, or choose --type cluster',
    );
  }
  if (!ofOneDatabase && (options.db !== undefined || options.schema !== undefined || options.table !== undefined)) {
    throw new PgSnapManError(
      'usage',
      `a ${options.type} dump is of all databases`,
      'leave out --db, --schema and --table',
    );
  }
}

function columnsOf(options: AddOptions): Partial<DumpJob> {
  return {
    dbname: options.db,
    dump_type: options.type,
    schemas: options.schema,
    tables: options.table,
    options: options.option,
    job_type: options.once === true ? 'single' : 'repeat',
    schedule: options.schedule,
    run_at: options.at,
    timezone: options.timezone,
    ...options.keep,
    keep_last: options.keepLast,
    parallel: options.jobs,
    on_demand: options.onDemand,
    status: options.halted === true ? 'halted' : undefined,
    comment: options.comment,
  };
}
