import { type Command, Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { RestoreJob } from '../core/model/configuration.ts';
import { checkOptions, RESTORE_OPTIONS } from '../core/postgres/options.ts';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type TreeSettings } from './command-tree.ts';
import type { Context } from './context.ts';
import { checkTiming, scheduleText, tableName } from './options/job-options.ts';
import { mapping, postgresName, repeated, someText, timeToCome, timezone, wholeNumber } from './options/values.ts';
import { writing } from './refused-value.ts';

interface AddOptions {
  dump?: string;
  latestOf?: number;
  onTrigger?: true;
  to: string;
  db: string;
  type: RestoreJob['restore_type'];
  schema?: string[];
  table?: string[];
  existing?: RestoreJob['existing_db'] | 'truncate';
  roles: boolean;
  passwords?: true;
  tablespaces?: true;
  mapRole?: Record<string, string>;
  mapTablespace?: Record<string, string>;
  schemaAs?: string;
  properties?: 'source' | 'target';
  jobs?: number;
  option?: string[];
  comment?: string;
  acceptLosses?: true;
  schedule?: string;
  once?: true;
  at?: Date;
  timezone?: string;
}

export function addRestoreJobAdd(noun: Command, settings: TreeSettings): void {
  const command = addVerb<AddOptions>(
    noun,
    settings,
    'add',
    'add a restore job; without a time: once, as soon as possible',
    add,
  )
    .option('--dump <dump>', 'restore this dump: id or beginning of its uuid', someText('--dump'))
    .option('--latest-of <dumpjob>', 'restore the newest good dump of this dump job', wholeNumber('--latest-of', 1))
    .option('--on-trigger', 'restore the dump of the dump job that triggers it')
    .requiredOption('--to <instance>', 'where to: id, name or host[:port]', someText('--to'))
    .requiredOption('--db <name>', 'name of the database there', postgresName('--db'))
    .addOption(new Option('--type <type>', 'what to restore').choices(['full', 'schema', 'data']).default('full'))
    .addOption(several('--schema <name>', 'only this schema, exactly so', postgresName('--schema')))
    .addOption(several('--table <name>', 'only this table, schema.table', tableName))
    .addOption(
      new Option('--existing <what>', 'if the database (for data: the rows) exists').choices([
        'rename',
        'drop',
        'drop_before',
        'leave',
        'truncate',
      ]),
    );
  addHow(command, settings);
}

/** The options that say how, not what and where. */
function addHow(command: Command, settings: TreeSettings): void {
  command
    .option('--no-roles', 'create no roles; everything belongs to the restoring role')
    .option('--passwords', 'created roles get the password hashes of the source')
    .option('--tablespaces', 'use the tablespaces of the source')
    .addOption(
      new Option('--map-role <old=new>', 'a role under another name; may be repeated').argParser(mapping('--map-role')),
    )
    .addOption(
      new Option('--map-tablespace <old=new>', 'a tablespace under another name; may be repeated').argParser(
        mapping('--map-tablespace'),
      ),
    )
    .option('--schema-as <name>', 'new name for the one schema that is restored', postgresName('--schema-as'))
    .addOption(new Option('--properties <of>', "the database's settings and privileges").choices(['source', 'target']))
    .option('--jobs <n>', 'parallel jobs of pg_restore', wholeNumber('--jobs', 1, 64))
    .addOption(several('--option <option>', 'more for pg_restore, from the allow-list', someText('--option')))
    .option('--comment <text>', 'for people', someText('--comment'))
    .option('--accept-losses', 'what can not be restored is a warning, not a failure')
    .option('--schedule <cron>', 'repeat: five cron fields or a nickname', scheduleText)
    .option('--once', 'a single job: as soon as possible, or --at a time')
    .option(
      '--at <time>',
      'when a single job runs: a time, or a span from now on',
      timeToCome('--at', settings.around.now),
    )
    .option('--timezone <zone>', 'time zone of the schedule', timezone);
}

function several(flags: string, description: string, parse: (value: string) => string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser(repeated(parse));
}

async function add(context: Context, _args: readonly string[], options: AddOptions): Promise<void> {
  check(options);
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { addRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  await context.withCatalog(async (catalog) => {
    const source = await findSource(catalog, options);
    const destination = await findInstance(catalog, options.to);
    const job = await writing(() =>
      addRestoreJob(catalog, { ...columnsOf(options), ...source, dest_instance_id: destination.id }),
    );
    context.output.created(job);
  });
}

/** @throws PgSnapManError usage for combinations that mean nothing */
function check(options: AddOptions): void {
  const sources = [options.dump, options.latestOf, options.onTrigger].filter((source) => source !== undefined);
  if (sources.length !== 1) {
    throw new PgSnapManError(
      'usage',
      sources.length === 0 ? 'which dump is to be restored is missing' : 'a restore job has one source',
      'give one of --dump ID, --latest-of DUMPJOB, --on-trigger',
    );
  }
  checkTiming({ ...options, once: options.at === undefined ? options.once : true });
  if (options.onTrigger === true && (options.schedule ?? options.once ?? options.at) !== undefined) {
    throw new PgSnapManError(
      'usage',
      'a triggered restore job has no time of its own',
      'leave out --schedule, --once and --at',
    );
  }
  if (options.existing === 'truncate' && options.type !== 'data') {
    throw new PgSnapManError(
      'usage',
      '--existing truncate is for --type data',
      'choose rename, drop, drop_before or leave',
    );
  }
  if (options.schemaAs !== undefined && options.schema?.length !== 1) {
    throw new PgSnapManError('usage', '--schema-as needs exactly one --schema', 'it is the new name of that schema');
  }
  checkOptions(options.option ?? [], RESTORE_OPTIONS);
}

async function findSource(
  catalog: Connection,
  options: AddOptions,
): Promise<{ dump_id?: number; latest_of_dump_job_id?: number }> {
  if (options.dump !== undefined) {
    const { findDump } = await import('../sql/catalog/dumps.ts');
    return { dump_id: (await findDump(catalog, options.dump)).id };
  }
  if (options.latestOf === undefined) return {};
  const { findDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  return { latest_of_dump_job_id: (await findDumpJob(catalog, options.latestOf)).id };
}

function columnsOf(options: AddOptions) {
  const repeatOrSingle = options.schedule === undefined ? ('single' as const) : ('repeat' as const);
  return {
    dest_dbname: options.db,
    restore_type: options.type,
    schemas: options.schema,
    tables: options.table,
    schema_as: options.schemaAs,
    existing_db: options.existing === 'truncate' ? undefined : options.existing,
    existing_data: options.existing === 'truncate' ? ('truncate' as const) : undefined,
    role_handling: options.roles ? undefined : ('none' as const),
    tablespace_handling: options.tablespaces === true ? ('use' as const) : undefined,
    tablespace_map: options.mapTablespace,
    role_map: options.mapRole,
    options: options.option,
    parallel: options.jobs,
    accept_losses: options.acceptLosses,
    properties: options.properties,
    passwords: options.passwords,
    job_type: options.onTrigger === true ? ('trigger' as const) : repeatOrSingle,
    schedule: options.schedule,
    run_at: options.at,
    timezone: options.timezone,
    comment: options.comment,
  };
}
