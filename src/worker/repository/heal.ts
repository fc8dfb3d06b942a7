import type { StoreParameters } from '../../core/repository/parameters.ts';
import type { BlockCatalog } from './block-catalog.ts';
import type { ChunkTable } from './chunk-table.ts';
import type { BlockRow } from './pack-index.ts';
import { PackWriter } from './pack-writer.ts';
import { readSlices } from './read-slices.ts';
import { frameRoom } from './thread/tasks.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

export interface HealParts {
  repository: string;
  packName: string;
  parameters: StoreParameters;
  pool: ThreadPool;
}

/**
 * Makes damaged blocks anew, under their old names, where all their chunks are stored elsewhere by now; so older dumps
 * become whole again. Returns the keys of those blocks.
 */
export async function healBlocks(
  parts: HealParts,
  damaged: ReadonlySet<string>,
  catalog: BlockCatalog,
  table: ChunkTable,
): Promise<string[]> {
  const healed: string[] = [];
  const rows: BlockRow[] = [];
  const name = parts.packName.replace('heal', 'ffff');
  const pack = new PackWriter(parts.repository, name, parts.parameters.features, true);
  try {
    for (const key of damaged) {
      const row = await healBlock(parts, key, catalog, table, pack);
      if (row === null) continue;
      healed.push(key);
      rows.push(row);
    }
    await pack.close();
    catalog.addRows(rows);
    return healed;
  } catch (error) {
    await pack.discard();
    throw error;
  }
}

async function healBlock(
  parts: HealParts,
  key: string,
  catalog: BlockCatalog,
  table: ChunkTable,
  pack: PackWriter,
): Promise<BlockRow | null> {
  const [birth = '', number] = key.split(':');
  await catalog.load([birth]);
  const row = catalog.row(birth, Number(number));
  const chunks = row === undefined ? null : await catalog.chunks(row).catch(() => null);
  if (row === undefined || chunks === null) return null;
  const slices = Array.from({ length: chunks.count }, (_, i) => table.find(chunks.ids, i * 32));
  if (slices.some((found) => found < 0)) return null;
  const places = slices.map((found) => table.place(found));
  const { bytes } = await readSlices(places, catalog, parts.pool);
  if (bytes === null || bytes.length !== row.raw) return null;
  const block = new SharedArrayBuffer(frameRoom(bytes.length));
  new Uint8Array(block).set(bytes);
  const { length } = await parts.pool.run({ kind: 'encode', block, length: bytes.length, dictionary: [], recipes: [] });
  const identity = { pack: birth, block: Number(number), raw: row.raw, depth: 0, dictionary: [] };
  return pack.append(new Uint8Array(block, 0, length), identity, chunks);
}
