import type { BlockSet } from '../../core/repository/block-set.ts';
import { type BlockRow, blockKey, parseBlockRows } from './pack-index.ts';
import { BLOCKS, MOVED, PACK, packPath } from './paths.ts';
import { rowsOfCopy } from './rebuild-indexes.ts';
import { smallFiles } from './small-files.ts';

/** A pack is rewritten when at least this part of it is garbage. */
const MOSTLY_GARBAGE = 0.5;

export interface PackState {
  pack: string;
  action: 'keep' | 'move' | 'remove';
  /** Blocks that a dump needs and that are not elsewhere too. */
  live: BlockRow[];
  deadBytes: number;
  /** Some of its blocks are needed but have moved: whoever began before may still read them here. */
  superseded: boolean;
}

/**
 * Decides about packs: those that no dump needs go; of those that a removed dump needed, the ones that are mostly
 * garbage are moved together. Other packs are not even looked at, so the time depends on what goes. Packs of writers
 * at work, and packs whose index cannot be read though a dump needs blocks born in them, are kept.
 */
export async function examinePacks(
  repository: string,
  packFiles: readonly string[],
  needs: BlockSet,
  touched: ReadonlySet<string>,
  alive: ReadonlySet<string>,
): Promise<PackState[]> {
  const files = new Map<string, Set<string>>();
  for (const name of packFiles) {
    const match = /^([0-9a-f]{16})(\..+)$/.exec(name);
    if (match === null || alive.has(name.slice(0, 12))) continue;
    const pack = match[1] as string;
    files.set(pack, (files.get(pack) ?? new Set()).add(match[2] as string));
  }
  const needed = new Set(needs.packs());
  const states: PackState[] = [];
  const moved = new Set<string>();
  for (const [pack, extensions] of files) {
    if (extensions.has(MOVED)) states.push(await examine(repository, pack, MOVED, needs, moved, true));
  }
  for (const [pack, extensions] of files) {
    if (extensions.has(MOVED)) continue;
    const isNeeded = needed.has(pack);
    if (isNeeded && !touched.has(pack) && !holdsMoved(pack, moved)) continue;
    if (!extensions.has(BLOCKS)) {
      const isLost = !isNeeded && (await isOnlyHome(repository, pack, needs, packFiles));
      if (!isNeeded && !isLost) states.push({ pack, action: 'remove', live: [], deadBytes: 0, superseded: false });
    } else states.push(await examine(repository, pack, BLOCKS, needs, moved, isNeeded));
  }
  return states;
}

/** True if a pack without index holds blocks that a dump needs, and the pack they were born in is gone: repair it. */
async function isOnlyHome(
  repository: string,
  pack: string,
  needs: BlockSet,
  files: readonly string[],
): Promise<boolean> {
  const there = new Set(files);
  const rows = (await rowsOfCopy(repository, pack))?.rows ?? [];
  return rows.some((row) => needs.has(row.pack, row.block) && !there.has(`${row.pack}${PACK}`));
}

function holdsMoved(pack: string, moved: ReadonlySet<string>): boolean {
  return moved.has(pack);
}

async function examine(
  repository: string,
  pack: string,
  extension: string,
  needs: BlockSet,
  moved: Set<string>,
  mayBeNeeded: boolean,
): Promise<PackState> {
  let rows: BlockRow[];
  try {
    rows = parseBlockRows((await smallFiles.read(packPath(repository, pack, extension))).toString('latin1'), pack);
  } catch {
    return { pack, action: mayBeNeeded ? 'keep' : 'remove', live: [], deadBytes: 0, superseded: false };
  }
  const live: BlockRow[] = [];
  let liveBytes = 0;
  let deadBytes = 0;
  let superseded = false;
  for (const row of rows) {
    const key = blockKey(row.pack, row.block);
    if (needs.has(row.pack, row.block) && !moved.has(key)) {
      live.push(row);
      liveBytes += row.stored;
    } else {
      deadBytes += row.stored;
      superseded ||= needs.has(row.pack, row.block);
    }
    if (extension === MOVED) moved.add(key).add(row.pack);
  }
  const isGarbage = deadBytes >= (liveBytes + deadBytes) * MOSTLY_GARBAGE && deadBytes > 0;
  return { pack, action: live.length === 0 ? 'remove' : isGarbage ? 'move' : 'keep', live, deadBytes, superseded };
}
