import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type WorkerConfiguration, workerConfigurationSchema } from '../../core/model/configuration.ts';
import { faultPoint } from '../fault.ts';
import { BrokenFileError, firstIssue, readJson, writeJson } from '../files/json-file.ts';

const FILE = 'configuration.json';
/** The one before, in case the disk spoils the newest. */
const PREVIOUS = 'configuration.previous.json';
const SUSPECT = 'suspect.json';

const suspectSchema = z.object({ catalog_id: z.string(), tick: z.string() });

export interface CachedConfiguration {
  configuration: WorkerConfiguration | null;
  /** Why the newest file was passed over; null: it was not. */
  broken: string | null;
}

/** Reads the last good configuration; null if there never was one. */
export async function loadConfiguration(folder: string): Promise<CachedConfiguration> {
  let broken: string | null = null;
  for (const name of [FILE, PREVIOUS]) {
    try {
      const configuration = await readJson(join(folder, name), workerConfigurationSchema);
      if (configuration !== undefined) return { configuration, broken };
    } catch (error) {
      if (!(error instanceof BrokenFileError)) throw error;
      broken ??= error.message;
    }
  }
  return { configuration: null, broken };
}

/** Differs whenever another configuration was stored; null: there is none. */
export function cacheMark(folder: string): string | null {
  const found = statSync(join(folder, FILE), { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

/**
 * - `stored`: it is the cache now.
 * - `doubted`: it has no jobs any more where there were some; the old one stays until a later tick gets the same answer.
 */
export type StoreOutcome = 'stored' | 'doubted';

/**
 * Puts an answer of the catalog into the cache. It must be complete and valid (it is parsed again here), and if all jobs
 * are gone, an earlier tick must have got the same answer: somebody may just be restoring the catalog. `tick`: anything
 * that differs from tick to tick.
 * @throws on an answer that is not valid; the cache stays as it is
 */
export async function storeConfiguration(
  folder: string,
  answer: WorkerConfiguration,
  before: WorkerConfiguration | null,
  tick: string,
): Promise<StoreOutcome> {
  const checked = workerConfigurationSchema.safeParse(JSON.parse(JSON.stringify(answer)));
  if (!checked.success) throw new Error(firstIssue(checked.error));
  const configuration = checked.data;
  const lost = before !== null && jobCount(before) > 0 && jobCount(configuration) === 0;
  if (lost && !(await isConfirmed(folder, configuration.catalog_id, tick))) return 'doubted';
  await rm(join(folder, SUSPECT), { force: true });
  if (before !== null) await writeJson(join(folder, PREVIOUS), before);
  await writeJson(join(folder, FILE), configuration, { beforeRename: () => faultPoint('cache.written') });
  return 'stored';
}

/** True if another tick has got the same answer before; otherwise notes that this one did. */
async function isConfirmed(folder: string, catalogId: string, tick: string): Promise<boolean> {
  const path = join(folder, SUSPECT);
  const suspect = await readJson(path, suspectSchema).catch(() => undefined);
  if (suspect?.catalog_id === catalogId) return suspect.tick !== tick;
  await writeJson(path, { catalog_id: catalogId, tick });
  return false;
}

/** Single jobs go when they have ended, so their end is nothing to wonder about. */
function jobCount({ dump_jobs, restore_jobs }: WorkerConfiguration): number {
  return [...dump_jobs, ...restore_jobs].filter(({ job_type }) => job_type !== 'single').length;
}
