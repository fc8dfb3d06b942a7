import { PgSnapManError } from '../../core/errors.ts';
import type { Connection } from '../../sql/connection.ts';
import type { WorkSession } from './work-session.ts';

/** A tick does not wait longer than this for a catalog. */
const CATALOG_TIMEOUT_MS = 3000;
/** An answer that takes longer than this does not come any more: the connection is given up. */
const CATALOG_QUERY_TIMEOUT_MS = 20_000;

const NOTICES = { catalog_unreachable: 'catalog-away', catalog_version: 'catalog-version' } as const;

/**
 * Connects to the catalog if it is there in the version that we know; null if not: then the work goes on from the cache.
 * The administrator is told once when it begins and once when it is over.
 */
export async function reachCatalog(session: WorkSession): Promise<Connection | null> {
  const { worker, reporter } = session;
  try {
    const connection = await connectToCatalog(session);
    if (await worker.notices.end(NOTICES.catalog_unreachable)) {
      await reporter.report('info', 'the catalog can be reached again', { job_class: 'config' });
    }
    await worker.notices.end(NOTICES.catalog_version);
    return connection;
  } catch (error) {
    if (!(error instanceof PgSnapManError) || !(error.code in NOTICES)) throw error;
    const { message, code } = error;
    reporter.log({ level: 'debug', text: message });
    if (await worker.notices.begin(NOTICES[code as keyof typeof NOTICES])) {
      const rest = session.configuration === null ? '' : '; scheduled jobs go on from the cached configuration';
      await reporter.report('warning', message + rest, { job_class: 'config' });
    }
    return null;
  }
}

/** @throws PgSnapManError catalog_unreachable, catalog_version */
export async function connectToCatalog({ worker }: Pick<WorkSession, 'worker'>): Promise<Connection> {
  const [{ openCatalog }, { requireCatalog }] = await Promise.all([
    import('../catalog-access.ts'),
    import('../../sql/migrate.ts'),
  ]);
  const connection = await openCatalog(worker.configuration, {
    timeoutMs: CATALOG_TIMEOUT_MS,
    queryTimeoutMs: CATALOG_QUERY_TIMEOUT_MS,
  });
  try {
    await requireCatalog(connection);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
