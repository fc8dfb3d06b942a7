import { type Command, Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { RestoreJob } from '../core/model/configuration.ts';
import { checkOptions, RESTORE_OPTIONS } from '../core/postgres/options.ts';
import type { Connection } from '../sql/connection.ts';
import { checkTiming, scheduleText, tableName } from './options/job-options.ts';
import { mapping, postgresName, repeated, someText, timeToCome, timezone, wholeNumber } from './options/values.ts';
import type { Surroundings } from './output/streams.ts';

/** Options that describe a restore job, for `add` and `edit`. */
export interface RestoreJobOptions {
  dump?: string;
  latestOf?: number;
  onTrigger?: true;
  to?: string;
  db?: string;
  type?: RestoreJob['restore_type'];
  schema?: string[];
  table?: string[];
  existing?: RestoreJob['existing_db'] | 'truncate';
  roles?: boolean;
  passwords?: boolean;
  tablespaces?: boolean;
  mapRole?: Record<string, string>;
  mapTablespace?: Record<string, string>;
  schemaAs?: string;
  properties?: 'source' | 'target';
  keepPublications?: boolean;
  keepSubscriptions?: boolean;
  jobs?: number;
  option?: string[];
  comment?: string;
  beforeSql?: string;
  afterSql?: string;
  afterHook?: string;
  acceptLosses?: boolean;
  force?: boolean;
  schedule?: string;
  once?: true;
  at?: Date;
  timezone?: string;
}

export function addRestoreJobOptions(command: Command, around: Surroundings): Command {
  command
    .option('--dump <dump>', 'restore this dump: id or beginning of its uuid', someText('--dump'))
    .option('--latest-of <dumpjob>', 'restore the newest good dump of this dump job', wholeNumber('--latest-of', 1))
    .option('--on-trigger', 'restore the dump of the dump job that triggers it')
    .option('--to <instance>', 'where to: id, name or host[:port]', someText('--to'))
    .option('--db <name>', 'name of the database there; not for a dump of a whole cluster', postgresName('--db'))
    .addOption(new Option('--type <type>', 'what to restore').choices(['full', 'schema', 'data']))
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
  addHow(command);
  return addWhen(command, around);
}

/** The options that say how, not what and where. */
function addHow(command: Command): void {
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
    .option('--keep-publications', 'bring publications along to another instance')
    .option('--keep-subscriptions', 'bring subscriptions along to another instance, not enabled')
    .option('--jobs <n>', 'parallel jobs of pg_restore', wholeNumber('--jobs', 1, 64))
    .addOption(several('--option <option>', 'more for pg_restore, from the allow-list', someText('--option')))
    .option('--before-sql <script>', 'script to run in the new database before the restore', someText('--before-sql'))
    .option(
      '--after-sql <script>',
      'script to run in it afterwards, before anybody can connect',
      someText('--after-sql'),
    )
    .option(
      '--after-hook <script>',
      'script to run on the worker afterwards, whatever became of it',
      someText('--after-hook'),
    )
    .option('--comment <text>', 'for people', someText('--comment'))
    .option('--accept-losses', 'what can not be restored is a warning, not a failure')
    .option('--force', 'a dump of a whole cluster: also into an instance that has databases');
}

function addWhen(command: Command, around: Surroundings): Command {
  return command
    .option('--schedule <cron>', 'repeat: five cron fields or a nickname', scheduleText)
    .option('--once', 'a single job: as soon as possible, or --at a time')
    .option('--at <time>', 'when a single job runs: a time, or a span from now on', timeToCome('--at', around.now))
    .option('--timezone <zone>', 'time zone of the schedule', timezone);
}

function several(flags: string, description: string, parse: (value: string) => string): Option {
  return new Option(flags, `${description}; may be repeated`).argParser(repeated(parse));
}

/** What can be said without knowing the job. @throws PgSnapManError usage for combinations that mean nothing */
export function checkRestoreJobOptions(options: RestoreJobOptions): void {
  const sources = [options.dump, options.latestOf, options.onTrigger].filter((source) => source !== undefined);
  if (sources.length > 1) {
    throw new PgSnapManError('usage', 'a restore job has one source', SOURCES);
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

export const SOURCES = 'give one of --dump ID, --latest-of DUMPJOB, --on-trigger';

/** Columns that the source options give; nothing: none was named. @throws PgSnapManError not_found, usage */
export async function restoreSource(
  catalog: Connection,
  options: Pick<RestoreJobOptions, 'dump' | 'latestOf' | 'onTrigger'>,
): Promise<Partial<Pick<RestoreJob, 'dump_id' | 'latest_of_dump_job_id'>>> {
  if (options.onTrigger === true) return { dump_id: null, latest_of_dump_job_id: null };
  if (options.dump !== undefined) {
    const { findDump } = await import('../sql/catalog/dumps.ts');
    return { dump_id: (await findDump(catalog, options.dump)).id, latest_of_dump_job_id: null };
  }
  if (options.latestOf === undefined) return {};
  const { findDumpJob } = await import('../sql/catalog/dump-jobs.ts');
  return { dump_id: null, latest_of_dump_job_id: (await findDumpJob(catalog, options.latestOf)).id };
}

/** Columns of the scripts that are named. @throws PgSnapManError not_found */
export async function restoreScripts(
  catalog: Connection,
  { beforeSql, afterSql, afterHook }: RestoreJobOptions,
): Promise<Partial<Pick<RestoreJob, 'before_script_id' | 'after_script_id' | 'after_hook_id'>>> {
  if ((beforeSql ?? afterSql ?? afterHook) === undefined) return {};
  const { findScript } = await import('../sql/catalog/scripts.ts');
  return {
    ...(beforeSql === undefined ? {} : { before_script_id: (await findScript(catalog, beforeSql)).id }),
    ...(afterSql === undefined ? {} : { after_script_id: (await findScript(catalog, afterSql)).id }),
    ...(afterHook === undefined ? {} : { after_hook_id: (await findScript(catalog, afterHook)).id }),
  };
}

/** Columns that the options give; undefined: nothing was said. `roles` is true unless `--no-roles` was given. */
export function restoreJobColumns(options: RestoreJobOptions): Partial<RestoreJob> {
  return {
    dest_dbname: options.db,
    restore_type: options.type,
    schemas: options.schema,
    tables: options.table,
    schema_as: options.schemaAs,
    existing_db: options.existing === 'truncate' ? undefined : options.existing,
    existing_data: options.existing === 'truncate' ? 'truncate' : undefined,
    role_handling: options.roles === false ? 'none' : undefined,
    tablespace_handling: options.tablespaces === true ? 'use' : undefined,
    tablespace_map: options.mapTablespace,
    role_map: options.mapRole,
    options: options.option,
    parallel: options.jobs,
    accept_losses: options.acceptLosses,
    force: options.force,
    properties: options.properties,
    passwords: options.passwords,
    schedule: options.schedule,
    run_at: options.at,
    timezone: options.timezone,
    comment: options.comment,
  };
}

/** What comes along of the replication, as it was (`before`) with what the options change; undefined: as it was. */
export function keptReplication(
  options: RestoreJobOptions,
  before: RestoreJob['keep'],
): RestoreJob['keep'] | undefined {
  const { keepPublications, keepSubscriptions } = options;
  if (keepPublications === undefined && keepSubscriptions === undefined) return undefined;
  const kept = { publications: keepPublications, subscriptions: keepSubscriptions };
  return (['publications', 'subscriptions'] as const).filter((what) => kept[what] ?? before.includes(what));
}
