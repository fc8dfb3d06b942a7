import { reportRepository } from '../run/report-repository.ts';
import type { Answer } from './request-context.ts';

/** What the worker's repository holds and takes, also written into the table `repository`. */
export const answerRepositoryStatus: Answer = async ({ session, withCatalog }) => {
  const status = await withCatalog((catalog) => reportRepository(session, catalog));
  const { repositoryId, formatVersion, dumpCount, rawBytes, storedBytes, freeBytes } = status;
  return {
    repository_id: repositoryId,
    format_version: formatVersion,
    dump_count: dumpCount,
    raw_bytes: rawBytes,
    stored_bytes: storedBytes,
    free_bytes: freeBytes,
  };
};
