import type { DumpJob, Instance, RestoreJob, WorkerConfiguration } from '../model/configuration.ts';

/** A repeat job of this worker, with what its schedule needs. */
export type RepeatJob =
  | { kind: 'dump'; job: DumpJob; schedule: string; instance: Instance }
  | { kind: 'restore'; job: RestoreJob; schedule: string; instance: Instance };

/**
 * The repeat jobs that this worker runs: dump jobs that are its own or, without a worker, its instances'; restore jobs as
 * the catalog sent them. Jobs whose instance is not known are left out.
 */
export function repeatJobs(configuration: WorkerConfiguration): RepeatJob[] {
  const instances = new Map(configuration.instances.map((instance) => [instance.id, instance]));
  const found: RepeatJob[] = [];
  for (const job of configuration.dump_jobs) {
    const instance = instances.get(job.instance_id);
    if (instance === undefined || job.job_type !== 'repeat' || job.schedule === null) continue;
    if (!isDumpJobOf(configuration, job)) continue;
    found.push({ kind: 'dump', job, schedule: job.schedule, instance });
  }
  for (const job of configuration.restore_jobs) {
    const instance = instances.get(job.dest_instance_id);
    if (instance === undefined || job.job_type !== 'repeat' || job.schedule === null) continue;
    found.push({ kind: 'restore', job, schedule: job.schedule, instance });
  }
  return found;
}

/** True if the configuration's worker takes the dumps of this job. */
export function isDumpJobOf(configuration: WorkerConfiguration, job: DumpJob): boolean {
  const instance = configuration.instances.find(({ id }) => id === job.instance_id);
  return (job.worker_id ?? instance?.default_worker_id ?? null) === configuration.worker.id;
}

/** The restore jobs that a dump job triggers, in their order. */
export function triggeredRestores(
  configuration: WorkerConfiguration,
  dumpJobId: number,
): { job: RestoreJob; destination: Instance | undefined; position: number }[] {
  return configuration.triggers
    .filter((trigger) => trigger.dump_job_id === dumpJobId)
    .sort((a, b) => a.position - b.position || a.restore_job_id - b.restore_job_id)
    .flatMap(({ restore_job_id, position }) => {
      const job = configuration.restore_jobs.find(({ id }) => id === restore_job_id);
      const destination = configuration.instances.find(({ id }) => id === job?.dest_instance_id);
      return job === undefined ? [] : [{ job, destination, position }];
    });
}
