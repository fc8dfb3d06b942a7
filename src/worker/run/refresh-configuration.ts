import { errorText, PgSnapManError } from '../../core/errors.ts';
import { fetchWorkerConfiguration } from '../../sql/catalog/configuration.ts';
import type { Connection } from '../../sql/connection.ts';
import { storeConfiguration } from '../config-cache/config-cache.ts';
import { isDutyDue, noteDuty } from './timetable.ts';
import { adoptConfiguration, type WorkSession } from './work-session.ts';

/**
 * Reads the configuration again if it changed in the catalog, if there is none, or if the worker's schedule for that
 * wants it.
 */
export async function refreshConfiguration(session: WorkSession, catalog: Connection, changed: boolean): Promise<void> {
  if (changed || session.configuration === null || (await isDutyDue(session, 'config'))) {
    await readConfiguration(session, catalog);
  }
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
      await noteDuty(session, 'config');
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
