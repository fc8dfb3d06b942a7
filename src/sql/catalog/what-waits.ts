import type { WorkerConfiguration } from '../../core/model/configuration.ts';
import type { Connection } from '../connection.ts';
import { openSingleJob } from './claims.ts';
import { configurationDiffers } from './configuration.ts';

/** What a worker may find to do in the catalog. False: certainly nothing; true: it is worth a closer look. */
export interface CatalogWaits {
  /** The configuration differs from the one that is known. */
  configuration: boolean;
  /** Single jobs wait for somebody, or this worker took some whose result has not arrived. */
  claims: boolean;
  /** Somebody asked this worker for something. */
  requests: boolean;
  /** Runs are shown as running, here or elsewhere. */
  activities: boolean;
  /** Keep flags were changed that this worker has not noted. */
  keep_flags: boolean;
}

/**
 * All that a tick asks the catalog for, in one statement: mostly there is nothing, and each question alone would cost
 * what they cost together. It asks of few tables: for each the server reads its description first.
 * `known`: the configuration that the worker has; null: none.
 */
export async function whatWaits(
  c: Connection,
  workerId: number,
  known: Pick<WorkerConfiguration, 'catalog_id' | 'snapshot'> | null,
): Promise<CatalogWaits> {
  const row = await c.row<CatalogWaits>(
    `select ${configurationDiffers('$2', '$3')} as configuration,
      exists (select from pgsnapman.dump_job as j where ${openSingleJob('j', '$1')})
        or exists (select from pgsnapman.restore_job as r where ${openSingleJob('r', '$1')}) as claims,
      exists (select from pgsnapman.request where worker_id = $1 and state in ('waiting', 'running')) as requests,
      exists (select from pgsnapman.activity) as activities,
      exists (select from pgsnapman.dump where worker_id = $1 and keep <> keep_noted) as keep_flags`,
    [workerId, known?.catalog_id ?? null, known?.snapshot ?? null],
  );
  if (row === undefined) throw new Error('a select without from gave no row');
  return row;
}
