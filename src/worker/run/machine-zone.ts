import type { WorkerConfiguration } from '../../core/model/configuration.ts';

/** The time zone in which a job's schedule is meant: its own, the worker's, or the machine's. */
export function zoneOf(configuration: WorkerConfiguration, job: { timezone: string | null }): string {
  return job.timezone ?? configuration.worker.timezone ?? machineZone();
}

function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
