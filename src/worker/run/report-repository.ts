import type { RepositoryStatus } from '../../core/model/repository-status.ts';
import { uploadRepositoryStatus } from '../../sql/catalog/upload.ts';
import type { Connection } from '../../sql/connection.ts';
import type { WorkSession } from './work-session.ts';

/** Writes into the catalog what this worker's repository holds. */
export async function reportRepository(session: WorkSession, catalog: Connection): Promise<RepositoryStatus> {
  const status = await (await session.worker.repository()).status();
  const { workerId } = session.reporter;
  if (workerId !== null) await uploadRepositoryStatus(catalog, workerId, status);
  return status;
}
