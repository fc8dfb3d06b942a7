import { readConfiguration } from '../run/refresh-configuration.ts';
import type { Answer } from './request-context.ts';

/** Reads the whole configuration again. */
export const answerRefresh: Answer = async ({ session, withCatalog }) => {
  await withCatalog((catalog) => readConfiguration(session, catalog));
  const { configuration } = session;
  return {
    fetched_at: configuration?.fetched_at ?? null,
    dump_job_count: configuration?.dump_jobs.length ?? 0,
    restore_job_count: configuration?.restore_jobs.length ?? 0,
  };
};
