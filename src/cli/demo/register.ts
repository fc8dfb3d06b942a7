import type { DumpJob, Instance, RestoreJob } from '../../core/model/configuration.ts';
import { addDumpJob } from '../../sql/catalog/dump-jobs.ts';
import { addInstance } from '../../sql/catalog/instances.ts';
import { addRestoreJob } from '../../sql/catalog/restore-jobs.ts';
import { addTrigger } from '../../sql/catalog/triggers.ts';
import { registerWorker } from '../../sql/catalog/workers.ts';
import type { Connection } from '../../sql/connection.ts';
import { migrateCatalog } from '../../sql/migrate.ts';
import type { PrivateCluster } from '../../worker/cluster/private-cluster.ts';
import type { DemoClusters } from './demo-clusters.ts';

const WORKER = 'demo';
export const DATABASE = 'shop';
export const COPY = 'shop_copy';

/** Creates the catalog, and in it the worker and two instances. */
export async function registerDemo(
  catalog: Connection,
  clusters: DemoClusters,
): Promise<{ production: Instance; test: Instance; text: string }> {
  const { version } = await migrateCatalog(catalog);
  const worker = await registerWorker(catalog, { name: WORKER });
  const add = (name: string, cluster: PrivateCluster): Promise<Instance> =>
    addInstance(catalog, {
      name,
      host: cluster.socketDirectory,
      port: cluster.port,
      username: cluster.superuser,
      default_worker_id: worker.id,
      environment: name,
    });
  const production = await add('production', clusters.production);
  const test = await add('test', clusters.test);
  const text = `catalog version ${version}: worker ${WORKER}, instances production (${production.id}) and test (${test.id})`;
  return { production, test, text };
}

/** A dump job for the nights, and a copy job: a single dump that triggers a restore to the other instance. */
export async function addJobs(
  catalog: Connection,
  instances: { production: Instance; test: Instance },
): Promise<{ nightly: DumpJob; copy: DumpJob; restore: RestoreJob; text: string }> {
  const source = { instance_id: instances.production.id, dbname: DATABASE };
  const nightly = await addDumpJob(catalog, { ...source, comment: 'every night, at a random minute of the window' });
  const copy = await addDumpJob(catalog, { ...source, status: 'halted', comment: 'copy to test, run by hand' });
  const restore = await addRestoreJob(catalog, {
    job_type: 'trigger',
    dest_instance_id: instances.test.id,
    dest_dbname: COPY,
  });
  await addTrigger(catalog, copy.id, restore.id);
  const text = `dump job ${nightly.id} (${DATABASE}, schedule ${nightly.schedule}); copy job ${copy.id}: triggers restore job ${restore.id} to ${COPY} on test`;
  return { nightly, copy, restore, text };
}
