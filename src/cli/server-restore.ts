import { Option } from 'commander';
import { PgSnapManError } from '../core/errors.ts';
import type { Instance, RestoreJob } from '../core/model/configuration.ts';
import { countOf } from '../core/text/numbers.ts';
import type { NewestDump } from '../sql/catalog/server-restore.ts';
import type { Connection } from '../sql/connection.ts';
import { addVerb, type NounBuilder } from './command-tree.ts';
import { confirm, requireConfirmation } from './confirm.ts';
import type { Context } from './context.ts';
import { repeated, someText, wholeNumber } from './options/values.ts';
import type { ListColumn } from './output/output.ts';
import { writing } from './refused-value.ts';
import { showRestores } from './server-restore-progress.ts';

interface ServerRestoreOptions {
  plan?: true;
  db?: string[];
  existing: RestoreJob['existing_db'];
  roles: boolean;
  passwords: boolean;
  tablespaces?: true;
  jobs?: number;
  wait: boolean;
}

/** `server-restore SOURCE DEST` */
export const addServerRestoreCommand: NounBuilder = (program, settings) => {
  addVerb<ServerRestoreOptions>(
    program,
    settings,
    'server-restore <source> <dest>',
    'restore the newest good full dump of every database of an instance',
    restoreServer,
  )
    .option('--plan', 'only say what would be restored')
    .addOption(new Option('--db <name>', 'only this database; may be repeated').argParser(repeated(someText('--db'))))
    .addOption(
      new Option('--existing <what>', 'if a database exists')
        .choices(['rename', 'drop', 'drop_before', 'leave'])
        .default('leave'),
    )
    .option('--no-roles', 'create no roles; everything belongs to the restoring role')
    .option('--no-passwords', 'created roles have no passwords')
    .option('--tablespaces', 'use the tablespaces of the source, which must exist')
    .option('--jobs <n>', 'parallel jobs of pg_restore', wholeNumber('--jobs', 1, 64))
    .option('--no-wait', 'add the restore jobs and return at once');
};

/** A database of the source, and why it is left out; null: it is not. */
type PlannedDatabase = NewestDump & { left_out: string | null };

const COLUMNS: readonly ListColumn<PlannedDatabase>[] = [
  { key: 'dbname', title: 'DATABASE', shrinkTo: 12 },
  { key: 'dump_id', title: 'DUMP', align: 'right' },
  { key: 'started_at', title: 'TAKEN' },
  { key: 'database_bytes', title: 'SIZE', align: 'right', priority: 1 },
  { key: 'restoring_worker_name', title: 'WORKER', shrinkTo: 8, priority: 2 },
  { key: 'exists', title: 'EXISTS', priority: 3 },
  { key: 'left_out', title: 'LEFT OUT', shrinkTo: 12 },
];

async function restoreServer(
  context: Context,
  [source = '', dest = '']: readonly string[],
  options: ServerRestoreOptions,
): Promise<number> {
  if (options.plan !== true && options.existing !== 'leave') requireConfirmation(context);
  const { findInstance } = await import('../sql/catalog/instances.ts');
  return context.withCatalog(async (catalog) => {
    const from = await findInstance(catalog, source);
    const to = await findInstance(catalog, dest);
    const databases = await plan(catalog, from, to, options);
    if (options.plan === true) {
      await context.output.list(databases, COLUMNS);
      return 0;
    }
    const wanted = databases.filter(({ left_out }) => left_out === null);
    for (const { dbname, left_out } of databases) {
      if (left_out !== null) context.output.note(`left out: ${dbname}: ${left_out}`);
    }
    if (wanted.length === 0) {
      throw new PgSnapManError('not_found', `there is no dump to restore of ${from.name}`, 'see: pgsnapman dump list');
    }
    await confirmAll(context, to, wanted, options);
    const jobs = await addJobs(catalog, { from, to, wanted, options });
    return options.wait ? showRestores(context, catalog, jobs) : reportAdded(context, jobs);
  });
}

async function plan(
  catalog: Connection,
  from: Instance,
  to: Instance,
  { db, existing }: ServerRestoreOptions,
): Promise<PlannedDatabase[]> {
  const { newestDumps } = await import('../sql/catalog/server-restore.ts');
  const found = await newestDumps(catalog, from.id, to.id);
  const unknown = db?.find((name) => !found.some(({ dbname }) => dbname === name));
  if (unknown !== undefined) {
    const sentence = `there is no good full dump of database "${unknown}" of ${from.name}`;
    throw new PgSnapManError('not_found', sentence, 'see: pgsnapman dump list');
  }
  return found
    .filter(({ dbname }) => db === undefined || db.includes(dbname))
    .map((dump) => ({ ...dump, left_out: reasonToLeaveOut(dump, to, existing) }));
}

function reasonToLeaveOut(
  { dbname, restoring_worker_name, exists }: NewestDump,
  to: Instance,
  existing: RestoreJob['existing_db'],
): string | null {
  if (dbname === to.maintenance_db) return `it is the maintenance database of ${to.name}`;
  if (restoring_worker_name === null) return 'the worker of its dump is gone';
  return exists && existing === 'leave' ? `it exists on ${to.name} already` : null;
}

async function confirmAll(
  context: Context,
  to: Instance,
  wanted: readonly PlannedDatabase[],
  { existing }: ServerRestoreOptions,
): Promise<void> {
  if (existing === 'leave' && to.restores !== 'confirm') return;
  requireConfirmation(context);
  const there = wanted.filter(({ exists }) => exists).length;
  const replaced = existing === 'leave' ? '' : `, ${existing} those that exist (${there} are known)`;
  await confirm(context, `restore ${countOf(wanted.length, 'database')} to ${to.name}${replaced}?`);
}

interface Work {
  from: Instance;
  to: Instance;
  wanted: readonly PlannedDatabase[];
  options: ServerRestoreOptions;
}

/** All or none of them. */
async function addJobs(catalog: Connection, { from, to, wanted, options }: Work): Promise<RestoreJob[]> {
  const { addRestoreJob } = await import('../sql/catalog/restore-jobs.ts');
  return writing(() =>
    catalog.transaction(async () => {
      const jobs: RestoreJob[] = [];
      for (const { dbname, dump_id } of wanted) {
        jobs.push(
          await addRestoreJob(catalog, {
            dump_id,
            dest_instance_id: to.id,
            dest_dbname: dbname,
            existing_db: options.existing,
            role_handling: options.roles ? 'use' : 'none',
            passwords: options.roles && options.passwords,
            tablespace_handling: options.tablespaces === true ? 'use' : 'none',
            parallel: options.jobs,
            job_type: 'single',
            comment: `server-restore of ${from.name}`,
          }),
        );
      }
      return jobs;
    }),
  );
}

function reportAdded({ output }: Context, jobs: readonly RestoreJob[]): number {
  const ids = jobs.map(({ id }) => id);
  output.result(`added ${countOf(jobs.length, 'restore job')}: ${ids.join(', ')}`, { restore_job_ids: ids });
  return 0;
}
