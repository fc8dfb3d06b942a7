import type { Connection } from '../connection.ts';
import { RESTORING_WORKER } from './responsible-worker.ts';

/** A single restore job that nobody will ever run. */
export interface OrphanRestore {
  id: number;
  dest_dbname: string;
  dest_instance_name: string;
  reason: string;
}

/**
 * Ends the waiting single restore jobs whose dump is gone, or whose dump's worker is, with a run in the restore log that
 * says so: no worker would ever claim them. Whichever worker asks first does it for all.
 */
export async function failOrphanRestores(
  c: Connection,
  by: { workerId: number; workerName: string; version: string },
): Promise<OrphanRestore[]> {
  return await c.rows<OrphanRestore>(
    `with orphan as (
      select r.id, r.dest_dbname, dest.id as instance_id, dest.name as dest_instance_name, d.uuid as dump_uuid, r.dump_id,
        case
          when r.dump_id is null and r.latest_of_dump_job_id is null then 'its dump, or the dump job, is gone'
          when r.dump_id is not null then 'the worker that took dump ' || r.dump_id || ' is gone'
          else 'dump job ' || r.latest_of_dump_job_id || ' has no worker'
        end as reason
      from pgsnapman.restore_job as r join pgsnapman.instance as dest on dest.id = r.dest_instance_id
        left join pgsnapman.dump as d on d.id = r.dump_id
      where r.job_type = 'single' and r.status = 'active' and r.finished_at is null and r.claimed_by is null
        and (r.run_at is null or r.run_at <= now()) and ${RESTORING_WORKER} is null
      for update of r skip locked
    ), ended as (
      update pgsnapman.restore_job as r set finished_at = now(), run_uuid = gen_random_uuid()
      from orphan where r.id = orphan.id returning r.id, r.run_uuid
    ), run as (
      insert into pgsnapman.restore_run (uuid, restore_job_id, dump_id, dump_uuid, worker_id, dest_instance_id, worker_name,
        dest_instance_name, dest_dbname, trigger_kind, started_at, ended_at, outcome, message, pgsnapman_version)
      select ended.run_uuid, orphan.id, orphan.dump_id, orphan.dump_uuid, $1, orphan.instance_id, $2,
        orphan.dest_instance_name, orphan.dest_dbname, 'single', now(), now(), 'failed',
        orphan.reason || '; choose another dump: pgsnapman restorejob edit', $3
      from orphan join ended on ended.id = orphan.id
    )
    select id, dest_dbname, dest_instance_name, reason from orphan`,
    [by.workerId, by.workerName, by.version],
  );
}
