import { type Command, Option } from 'commander';
import { isClusterDump } from '../core/cluster-dump/cluster-command.ts';
import { PgSnapManError } from '../core/errors.ts';
import type { DumpJob } from '../core/model/configuration.ts';
import { CLUSTER_DUMP_OPTIONS, checkOptions, DUMP_OPTIONS } from '../core/postgres/options.ts';
import type { Connection } from '../sql/connection.ts';
import { checkTiming, parseKeep, type Retention, scheduleText, tableName } from './options/job-options.ts';
import { postgresName, repeated, someText, timeToCome, timezone, wholeNumber } from './options/values.ts';
import type { Surroundings } from './output/streams.ts';

/** Options that describe a dump job, for `add` and `edit`. */
export interface DumpJobOptions {
  instance?: string;
  db?: string;
  type?: DumpJob['dump_type'];
  script?: string;
  beforeHook?: string;
  afterHook?: string;
  schema?: string[];
  table?: string[];
  schedule?: string;
  once?: true;
  at?: Date;
  timezone?: string;
  keep?: Retention;
  keepLast?: number;
  maxDrop?: number;
  drillSchedule?: string;
  drillOn?: string;
  trigger?: string[];
  jobs?: number;
  option?: string[];
  worker?: string;
  onDemand?: boolean;
  halted?: true;
  comment?: string;
}

const OF_ONE_DATABASE: readonly string[] = ['full', 'schema', 'data'];

export function addDumpJobOptions(command: Command, around: Surroundings): Command {
  return command
    .option('--instance <instance>', 'where to dump from: id, name or host[:port]', someText('--instance'))
    .option('--db <name>', 'database; not for cluster dumps', postgresName('--db'))
    .addOption(
      new Option('--type <type>', 'what to dump').choices([...OF_ONE_DATABASE, 'cluster', 'cluster_schema', 'script']),
    )
    .option('--script <script>', 'script that makes the dump, for --type script', someText('--script'))
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
    .option('--at <time>', 'when a single job runs: a time, or a span from now on', timeToCome('--at', around.now))
    .option('--timezone <zone>', 'time zone of the schedule', timezone)
    .option('--keep <d,w,m,y>', 'daily, weekly, monthly, yearly dumps to keep', parseKeep)
    .option('--keep-last <n>', 'never fewer good dumps than that', wholeNumber('--keep-last', 1, 1_000_000))
    .option(
      '--max-drop <percent>',
      'good dumps that a cleaning may drop without an approval',
      wholeNumber('--max-drop', 0, 100),
    )
    .option('--drill-schedule <cron>', 'when its newest dump is restored for a trial and compared', scheduleText)
    .option('--drill-on <instance>', 'where: an instance for scratch databases', someText('--drill-on'))
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
    .option(
      '--before-hook <script>',
      'script to run before the dump; if it fails, none is taken',
      someText('--before-hook'),
    )
    .option('--after-hook <script>', 'script to run after it, whatever became of it', someText('--after-hook'))
    .option('--comment <text>', 'for people', someText('--comment'));
}

function jobId(value: string): string {
  return String(wholeNumber('--trigger', 1)(value));
}

/** What can be said without knowing the job. @throws PgSnapManError usage for combinations that mean nothing */
export function checkDumpJobOptions(options: DumpJobOptions): void {
  checkTiming(options);
  checkScript(options);
  checkOptions(
    options.option ?? [],
    isClusterDump({ dump_type: options.type ?? 'full' }) ? CLUSTER_DUMP_OPTIONS : DUMP_OPTIONS,
  );
  if (options.type === undefined || options.type === 'script' || OF_ONE_DATABASE.includes(options.type)) return;
  if (options.db !== undefined || options.schema !== undefined || options.table !== undefined) {
    throw new PgSnapManError(
      'usage',
      `a ${options.type} dump is of all databases`,
      'leave out --db, --schema and --table',
    );
  }
}

/** @throws PgSnapManError usage */
function checkScript({ type, script, schema, table, option }: DumpJobOptions): void {
  if (type !== undefined && (type === 'script') !== (script !== undefined)) {
    const text = type === 'script' ? 'a script dump needs --script' : `--script is of no use for a ${type} dump`;
    throw new PgSnapManError('usage', text, 'name the script with --type script; see `pgsnapman script list`');
  }
  if (script === undefined || (schema ?? table ?? option) === undefined) return;
  throw new PgSnapManError(
    'usage',
    'what a script dumps is for the script to choose',
    'leave out --schema, --table and --option',
  );
}

/** Columns of the scripts that are named. @throws PgSnapManError not_found */
export async function dumpJobScripts(
  catalog: Connection,
  { script, beforeHook, afterHook }: DumpJobOptions,
): Promise<Partial<Pick<DumpJob, 'script_id' | 'before_hook_id' | 'after_hook_id'>>> {
  if ((script ?? beforeHook ?? afterHook) === undefined) return {};
  const { findScript } = await import('../sql/catalog/scripts.ts');
  return {
    ...(script === undefined ? {} : { script_id: (await findScript(catalog, script)).id }),
    ...(beforeHook === undefined ? {} : { before_hook_id: (await findScript(catalog, beforeHook)).id }),
    ...(afterHook === undefined ? {} : { after_hook_id: (await findScript(catalog, afterHook)).id }),
  };
}

/** Columns that the options give; undefined: nothing was said. */
export function dumpJobColumns(options: DumpJobOptions): Partial<DumpJob> {
  return {
    dbname: options.db,
    dump_type: options.type,
    schemas: options.schema,
    tables: options.table,
    options: options.option,
    schedule: options.schedule,
    run_at: options.at,
    timezone: options.timezone,
    ...options.keep,
    keep_last: options.keepLast,
    max_drop_percent: options.maxDrop,
    drill_schedule: options.drillSchedule,
    parallel: options.jobs,
    on_demand: options.onDemand,
    comment: options.comment,
  };
}
