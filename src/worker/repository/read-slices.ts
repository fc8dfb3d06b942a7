import type { Slice } from '../../core/repository/extent.ts';
import { type BlockCatalog, recipeSlice } from './block-catalog.ts';
import type { ReadResult } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** The bytes of slices of blocks, one behind the other; for what is small enough to be held in memory. */
export async function readSlices(
  slices: readonly Slice[],
  catalog: BlockCatalog,
  pool: ThreadPool,
): Promise<ReadResult> {
  const reader = pool.openFile();
  try {
    return await reader.run({
      kind: 'read',
      file: reader.file,
      path: null,
      first: true,
      final: true,
      slices: slices.map(recipeSlice),
      recipes: catalog.recipes(slices),
    });
  } finally {
    await reader.close(true);
  }
}
