import { PgSnapManError } from '../../core/errors.ts';
import type {
  DumpJob,
  DumpJobTrigger,
  Instance,
  RestoreJob,
  Worker,
  WorkerConfiguration,
} from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { DUMP_JOB_COLUMNS, INSTANCE_COLUMNS, RESTORE_JOB_COLUMNS, TRIGGER_COLUMNS, WORKER_COLUMNS } from './columns.ts';
import { DUMPING_WORKER, RESTORING_WORKER } from './responsible-worker.ts';

/** Settings that are intervals; the catalog refuses values that are none. */
const DURATIONS = ['catch_up', 'stall_timeout', 'lock_wait_timeout'];

/**
 * Ids of the worker's jobs. `own` dumps are taken by it; `restores` are the repeat and single ones that it restores, the
 * triggered ones after dumps of its own, and those after dumps of a worker that it restores for; `dumps` adds the dump
 * jobs that trigger or feed them. Single jobs that have finished are left out: they are history.
 */
const JOB_IDS = `
  with own as (
    select j.id from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
    where ${DUMPING_WORKER} = $1 and not (j.job_type = 'single' and j.finished_at is not null)
  ), restores as (
    select r.id from pgsnapman.restore_job as r
    where r.job_type <> 'trigger' and not (r.job_type = 'single' and r.finished_at is not null) and ${RESTORING_WORKER} = $1
    union
    select t.restore_job_id from pgsnapman.dump_job_trigger as t join own on own.id = t.dump_job_id
    union
    select t.restore_job_id from pgsnapman.dump_job_trigger as t
      join pgsnapman.dump_job as j on j.id = t.dump_job_id
      join pgsnapman.instance as i on i.id = j.instance_id
      join pgsnapman.worker as h on h.id = ${DUMPING_WORKER}
    where h.restore_worker_id = $1
  ), dumps as (
    select id from own
    union
    select r.latest_of_dump_job_id from pgsnapman.restore_job as r join restores on restores.id = r.id
    where r.latest_of_dump_job_id is not null
    union
    select t.dump_job_id from pgsnapman.dump_job_trigger as t join restores on restores.id = t.restore_job_id
  )
  select array(select id from dumps) as dumps, array(select id from restores) as restores`;

interface JobIds {
  dumps: number[];
  restores: number[];
}

async function readWorker(c: Connection, name: string): Promise<Worker> {
  const worker = await c.row<Worker>(`select ${WORKER_COLUMNS} from pgsnapman.worker as w where w.name = $1`, [name]);
  if (worker !== undefined) return worker;
  const hint = 'run: pgsnapman worker register NAME';
  throw new PgSnapManError('not_found', `worker "${name}" is not registered in the catalog`, hint);
}

async function readSettings(
  c: Connection,
): Promise<Pick<WorkerConfiguration, 'catalog_id' | 'settings' | 'setting_durations_ms'>> {
  const rows = await c.rows<{ key: string; value: string }>('select key, value from pgsnapman.setting');
  const durations = await c.rows<{ key: string; ms: number }>(
    `select key, (extract(epoch from value::interval) * 1000)::float8 as ms from pgsnapman.setting where key = any ($1)`,
    [DURATIONS],
  );
  const settings = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  if (settings.catalog_id === undefined) {
    const hint = `insert into pgsnapman.setting (key, value) values ('catalog_id', gen_random_uuid())`;
    throw new PgSnapManError('catalog_version', 'the catalog has lost its setting catalog_id', hint);
  }
  return {
    catalog_id: settings.catalog_id,
    settings,
    setting_durations_ms: Object.fromEntries(durations.map(({ key, ms }) => [key, ms])),
  };
}

async function readJobs(
  c: Connection,
  workerId: number,
): Promise<Pick<WorkerConfiguration, 'instances' | 'dump_jobs' | 'restore_jobs' | 'triggers'>> {
  const ids = (await c.row<JobIds>(JOB_IDS, [workerId])) ?? { dumps: [], restores: [] };
  const dumpJobs = await c.rows<DumpJob>(
    `select ${DUMP_JOB_COLUMNS} from pgsnapman.dump_job as j where j.id = any ($1) order by j.id`,
    [ids.dumps],
  );
  const restoreJobs = await c.rows<RestoreJob>(
    `select ${RESTORE_JOB_COLUMNS} from pgsnapman.restore_job as r where r.id = any ($1) order by r.id`,
    [ids.restores],
  );
  const used = [
    ...dumpJobs.flatMap((job) => [job.instance_id, job.drill_instance_id ?? job.instance_id]),
    ...restoreJobs.map((job) => job.dest_instance_id),
  ];
  const instances = await c.rows<Instance>(
    `select ${INSTANCE_COLUMNS} from pgsnapman.instance as i where i.id = any ($1) or i.default_worker_id = $2 order by i.id`,
    [[...new Set(used)], workerId],
  );
  const triggers = await c.rows<DumpJobTrigger>(
    `select ${TRIGGER_COLUMNS} from pgsnapman.dump_job_trigger as t
    where t.dump_job_id = any ($1) and t.restore_job_id = any ($2) order by t.dump_job_id, t.position, t.restore_job_id`,
    [ids.dumps, ids.restores],
  );
  return { instances, dump_jobs: dumpJobs, restore_jobs: restoreJobs, triggers };
}

/**
 * Everything that a worker needs to work without the catalog, as it was at one moment.
 * @throws PgSnapManError not_found when no worker has this name
 */
export async function fetchWorkerConfiguration(c: Connection, workerName: string): Promise<WorkerConfiguration> {
  return await c.transaction(
    async () => {
      // the first statement decides what all of them see
      const moment = await c.row<{ snapshot: string; now: Date }>(
        'select pg_current_snapshot()::text as snapshot, now() as now',
      );
      if (moment === undefined) throw new Error('no snapshot');
      const worker = await readWorker(c, workerName);
      return {
        format: 1,
        ...(await readSettings(c)),
        snapshot: moment.snapshot,
        fetched_at: moment.now,
        worker,
        ...(await readJobs(c, worker.id)),
      };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

/**
 * An SQL condition: whether a configuration that was fetched before may differ from what a fetch would give now. It is
 * another catalog, a change has been committed that the fetch's snapshot did not see (also by a transaction that was open
 * then), or the server's transactions are younger than the snapshot, as after the catalog was restored from a backup.
 * @param catalogId,snapshot SQL expressions for what is known; null when nothing is: then it differs
 */
export function configurationDiffers(catalogId: string, snapshot: string): string {
  return `(not exists (select from pgsnapman.setting where key = 'catalog_id' and value = ${catalogId})
      or pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(${snapshot}::pg_snapshot)
      or exists (
        select from pgsnapman.audit
        where transaction_id >= pg_snapshot_xmin(${snapshot}::pg_snapshot)
          and not pg_visible_in_snapshot(transaction_id, ${snapshot}::pg_snapshot)
      ))`;
}
