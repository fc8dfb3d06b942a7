import type { DumpJob, Instance, RestoreJob } from '../../src/core/model/configuration.ts';
import type { TestCluster } from './clusters.ts';
import { sampleDumpJob, sampleInstance, sampleRestoreJob } from './sample-jobs.ts';

/** A row of `pgsnapman.instance` for a cluster. */
export function instanceOf(
  cluster: Pick<TestCluster, 'instance'>,
  id: number,
  change: Partial<Instance> = {},
): Instance {
  return sampleInstance({ id, name: `instance${id}`, ...cluster.instance, ...change });
}

/** A single job that dumps a database of the instance; null: all of them. */
export function dumpJobOf(instance: Instance, dbname: string | null, change: Partial<DumpJob> = {}): DumpJob {
  return sampleDumpJob({ instance_id: instance.id, dbname, job_type: 'single', schedule: null, ...change });
}

/** A single job that restores into a database of the instance. */
export function restoreJobOf(destination: Instance, dbname: string, change: Partial<RestoreJob> = {}): RestoreJob {
  const where = { dest_instance_id: destination.id, dest_dbname: dbname };
  return sampleRestoreJob({ dump_id: 1, ...where, job_type: 'single', ...change });
}
