import { rm } from 'node:fs/promises';
import type { BlockCatalog } from './block-catalog.ts';
import type { CheckProblems } from './check-problems.ts';
import { damageFile, knownDamage, noteDamage } from './damage.ts';
import { type BlockRow, blockKey } from './pack-index.ts';
import type { ThreadPool } from './thread/thread-pool.ts';

/** Raw bytes read back per task of a thread. */
const TASK_BYTES = 64 * 1024 * 1024;

export interface ReadBackParts {
  repository: string;
  catalog: BlockCatalog;
  pool: ThreadPool;
  problems: CheckProblems;
}

/**
 * Reads blocks from disk and compares their chunks with their ids. Damage is noted, for the next dump to store the content
 * again; what was noted and turns out to be whole is noted no more.
 * @param sample the part of the blocks that is read, chosen at random, 0 to 1
 * @returns raw bytes that were read
 */
export async function readBack(parts: ReadBackParts, rows: readonly BlockRow[], sample: number): Promise<number> {
  const chosen = rows.filter(() => sample >= 1 || Math.random() < sample).sort(inReadingOrder);
  const known = await knownDamage(parts.repository);
  let bytes = 0;
  for (let at = 0; at < chosen.length; ) {
    const tasks: Promise<void>[] = [];
    for (let thread = 0; thread < parts.pool.size && at < chosen.length; thread += 1) {
      let taskBytes = 0;
      const part: BlockRow[] = [];
      for (; at < chosen.length && taskBytes < TASK_BYTES; at += 1) {
        const row = chosen[at] as BlockRow;
        part.push(row);
        taskBytes += row.raw;
      }
      bytes += taskBytes;
      tasks.push(verify(parts, part, known));
    }
    await Promise.all(tasks);
  }
  return bytes;
}

function inReadingOrder(a: BlockRow, b: BlockRow): number {
  return a.home < b.home ? -1 : a.home > b.home ? 1 : a.offset - b.offset;
}

async function verify(parts: ReadBackParts, rows: readonly BlockRow[], known: ReadonlySet<string>): Promise<void> {
  const { repository, catalog, pool, problems } = parts;
  const blocks = [];
  for (const row of rows) {
    const none = { ids: new Uint8Array(0), lengths: new Uint32Array(0) };
    const { ids, lengths } = await catalog.chunks(row).catch(() => none);
    blocks.push({ key: blockKey(row.pack, row.block), ids: ids.slice(), lengths: lengths.slice() });
  }
  const { damaged } = await pool.run({ kind: 'verify', blocks, recipes: catalog.recipes(rows) });
  await noteDamage(repository, damaged);
  const bad = new Set(damaged.map(({ key }) => key));
  for (const { key } of blocks) {
    if (known.has(key) && !bad.has(key)) await rm(damageFile(repository, key), { force: true });
  }
  for (const { key, reason } of damaged) {
    const [pack = '', block] = key.split(':');
    problems.addBlock(`block ${key}`, reason, { pack, block: Number(block) });
  }
}
