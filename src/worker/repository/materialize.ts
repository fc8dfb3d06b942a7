import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ListedFile } from '../../core/repository/dump-list.ts';
import { type BlockCatalog, recipeSlice } from './block-catalog.ts';
import { noteDamage } from './damage.ts';
import { damagedDump } from './damaged-dump.ts';
import type { DumpPlace } from './dump-documents.ts';
import { storageError } from './storage-error.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Blocks per task: enough to keep a thread busy, few enough to keep messages small. */
const BLOCKS_PER_TASK = 128;

/**
 * Writes files of a dump into a new folder, several at a time, each checked against its SHA-256. If one fails, the
 * folder is removed.
 */
export async function materializeFiles(
  place: DumpPlace,
  files: readonly ListedFile[],
  directory: string,
  catalog: BlockCatalog,
  pool: ThreadPool,
): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  const limit = pLimit(pool.size);
  const largestFirst = files.toSorted((a, b) => b.size_bytes - a.size_bytes);
  let failure: unknown = null;
  const write = async (file: ListedFile) => {
    if (failure !== null) return;
    await writeFileOf(place, file, join(directory, file.path), catalog, pool).catch((error: unknown) => {
      failure ??= error;
    });
  };
  await Promise.all(largestFirst.map((file) => limit(write, file)));
  if (failure === null) return;
  await rm(directory, { recursive: true, force: true });
  throw storageError(failure, 'writing the files of a dump');
}

/** Writes one file to `path`, which must not exist. @throws PgSnapManError run_failed, naming what is damaged */
export async function writeFileOf(
  place: DumpPlace,
  file: ListedFile,
  path: string,
  catalog: BlockCatalog,
  pool: ThreadPool,
): Promise<void> {
  const slices = await catalog.slices(file.extents).catch((error: Error) => {
    throw damagedDump(place.folder, `${file.path}: ${error.message}`);
  });
  const reader = pool.openFile();
  let ended = false;
  try {
    for (let at = 0; ; at += BLOCKS_PER_TASK) {
      const part = slices.slice(at, at + BLOCKS_PER_TASK);
      const final = at + BLOCKS_PER_TASK >= slices.length;
      const result = await reader.run({
        kind: 'read',
        file: reader.file,
        path,
        first: at === 0,
        final,
        slices: part.map(recipeSlice),
        recipes: catalog.recipes(part),
      });
      if (!place.isMirror) await noteDamage(place.repository, result.damaged);
      const reasons = result.damaged.map(({ key, reason }) => `block ${key} ${reason}`);
      if (reasons.length > 0) throw damagedDump(place.folder, `${file.path} cannot be read: ${reasons.join(', ')}`);
      if (!final) continue;
      ended = true;
      if (result.sha256 !== file.sha256) throw damagedDump(place.folder, `${file.path} is not what was stored`);
      return;
    }
  } finally {
    await reader.close(ended);
  }
}
