import { join } from 'node:path';
import * as z from 'zod';
import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import { nextRun } from '../../core/schedule/next-run.ts';
import { parseSchedule } from '../../core/schedule/parse-schedule.ts';
import { configurationChanged, fetchWorkerConfiguration } from '../../sql/catalog/configuration.ts';
import type { Connection } from '../../sql/connection.ts';
import { storeConfiguration } from '../config-cache/config-cache.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { zoneOf } from './machine-zone.ts';
import { adoptConfiguration, type WorkSession } from './work-session.ts';

const planSchema = z.object({ fetched_at: z.coerce.date(), next_at: z.coerce.date() });

/** Reads the configuration again if the catalog says that it changed, or if the worker's schedule for that wants it. */
export async function refreshConfiguration(session: WorkSession, catalog: Connection): Promise<void> {
  const { configuration } = session;
  const wanted =
    configuration === null ||
    (await configurationChanged(catalog, configuration)) ||
    (await isRefreshDue(session, configuration));
  if (wanted) await readConfiguration(session, catalog);
}

/** Reads it now and caches it. */
export async function readConfiguration(session: WorkSession, catalog: Connection): Promise<void> {
  const { worker, reporter, configuration } = session;
  try {
    const answer = await fetchWorkerConfiguration(catalog, worker.name);
    // Job numbers of another catalog mean other jobs: nothing of it can be missed here.
    const before = configuration?.catalog_id === answer.catalog_id ? configuration : null;
    if ((await storeConfiguration(worker.root.cache, answer, before, session.id)) === 'stored') {
      adoptConfiguration(session, answer);
      await worker.notices.end('configuration-doubted');
    } else if (await worker.notices.begin('configuration-doubted')) {
      const text =
        'the catalog has no jobs for this worker any more; the cached configuration holds until a second answer says the same';
      await reporter.report('warning', text, { job_class: 'config' });
    }
    await worker.notices.end('configuration-refused');
  } catch (error) {
    if (error instanceof PgSnapManError && error.code !== 'not_found') throw error;
    if (configuration === null) throw error;
    if (await worker.notices.begin('configuration-refused')) {
      const text = `the configuration could not be read and the cached one holds: ${errorText(error)}`;
      await reporter.report('error', text, { job_class: 'config' });
    }
  }
}

/**
 * When the worker's schedule wants the whole configuration again. Worked out once per configuration and kept in a file:
 * the rules of time zones are slow to load for a tick that has nothing to do.
 */
async function isRefreshDue({ worker }: WorkSession, configuration: WorkerConfiguration): Promise<boolean> {
  const path = join(worker.root.cache, 'refresh.json');
  const { fetched_at } = configuration;
  let plan = await readJson(path, planSchema).catch(() => undefined);
  if (plan?.fetched_at.getTime() !== fetched_at.getTime()) {
    plan = { fetched_at, next_at: nextRefresh(configuration) };
    await writeJson(path, plan);
  }
  const now = worker.now();
  // A clock that went back does not keep an old configuration alive.
  return now < fetched_at || now >= plan.next_at;
}

/** A schedule that cannot be used means every time. */
function nextRefresh(configuration: WorkerConfiguration): Date {
  try {
    const schedule = parseSchedule(configuration.worker.config_schedule);
    return nextRun(schedule, configuration.fetched_at, zoneOf(configuration, { timezone: null }));
  } catch {
    return configuration.fetched_at;
  }
}
