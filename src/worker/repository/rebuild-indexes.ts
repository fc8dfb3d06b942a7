import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../files/durable.ts';
import { readIndexCopy } from './index-copy.ts';
import { liveLeases } from './leases.ts';
import { type BlockRow, parseBlockRows } from './pack-index.ts';
import { BLOCKS, MOVED, PACK, packPath } from './paths.ts';

/** Rows of the index that a pack carries itself; null: it has none, or it is damaged. */
export async function rowsOfCopy(repository: string, pack: string): Promise<{ text: string; rows: BlockRow[] } | null> {
  try {
    const text = await readIndexCopy(packPath(repository, pack, PACK));
    return text === null ? null : { text, rows: parseBlockRows(text, pack) };
  } catch {
    return null;
  }
}

/**
 * Writes indexes of blocks that are lost or damaged anew, from the copy in the pack. Packs of writers at work have none
 * yet. Returns the paths of those that were written, in the repository.
 */
export async function rebuildIndexes(repository: string): Promise<string[]> {
  const names = new Set(await readdir(join(repository, 'packs')));
  const alive = liveLeases(join(repository, 'leases'));
  const rebuilt: string[] = [];
  for (const name of names) {
    const pack = /^([0-9a-f]{16})\.pack$/.exec(name)?.[1];
    if (pack === undefined || alive.has(pack.slice(0, 12)) || (await hasIndex(repository, pack, names))) continue;
    const copy = await rowsOfCopy(repository, pack);
    if (copy === null) continue;
    const isMoved = copy.rows.some((row) => row.pack !== pack);
    const extension = isMoved ? MOVED : BLOCKS;
    await writeDurably(packPath(repository, pack, extension), copy.text);
    rebuilt.push(`packs/${pack}${extension}`);
  }
  return rebuilt;
}

async function hasIndex(repository: string, pack: string, names: ReadonlySet<string>): Promise<boolean> {
  const extension = [MOVED, BLOCKS].find((candidate) => names.has(`${pack}${candidate}`));
  if (extension === undefined) return false;
  try {
    parseBlockRows(await readFile(packPath(repository, pack, extension), 'utf8'), pack);
    return true;
  } catch {
    return false;
  }
}
