import type { BlockSet } from '../../core/repository/block-set.ts';
import { smallFiles } from '../files/small-files.ts';
import { type BlockRow, birthPacks, blockKey, parseBlockRows } from './pack-index.ts';
import { BLOCKS, MOVED, PACK, packPath } from './paths.ts';
import { rowsOfCopy } from './rebuild-indexes.ts';

/** A pack is rewritten when at least this part of it is garbage. */
const MOSTLY_GARBAGE = 0.5;
/** A pack is small below this part of the size at which packs are ended. */
const SMALL = 1 / 16;
/** So many small ones are joined: every dump leaves one or two, and each costs whoever reads it an open file. */
const JOINED = 8;

export interface PackState {
  pack: string;
  action: 'keep' | 'move' | 'remove';
  /** Blocks that a dump needs and that are not elsewhere too. */
  live: BlockRow[];
  liveBytes: number;
  deadBytes: number;
  /** Some of its blocks are needed but have moved: whoever began before may still read them here. */
  superseded: boolean;
}

export interface PackQuestion {
  repository: string;
  /** Names of all files in `packs`. */
  packFiles: readonly string[];
  /** What dumps need. */
  needs: BlockSet;
  /** Packs that a removed dump needed. */
  touched: ReadonlySet<string>;
  /** Leases of writers at work. */
  alive: ReadonlySet<string>;
  /** Bytes at which packs are ended. */
  packBytes: number;
}

/** Extensions of the files of each pack. */
type PackFiles = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Decides about packs: those that no dump needs go; of those that a removed dump needed, the ones that are mostly
 * garbage are moved together, and so are the small ones if there are several. Other packs are not even looked at, so
 * the time depends on what goes. Packs of writers at work, and packs whose index cannot be read though a dump needs
 * blocks born in them, are kept.
 */
export async function examinePacks(question: PackQuestion): Promise<PackState[]> {
  const { repository, needs, touched } = question;
  const files = filesByPack(question);
  const needed = new Set(needs.packs());
  const states: PackState[] = [];
  const moved = new Set<string>();
  for (const pack of await movedPacksToExamine(question, files)) {
    states.push(await examine(repository, pack, MOVED, needs, moved, true));
  }
  for (const [pack, extensions] of files) {
    if (extensions.has(MOVED)) continue;
    const isNeeded = needed.has(pack);
    if (isNeeded && !touched.has(pack) && !moved.has(pack)) continue;
    if (extensions.has(BLOCKS)) states.push(await examine(repository, pack, BLOCKS, needs, moved, isNeeded));
    else if (!isNeeded && !(await isOnlyHome(question, pack))) states.push(stateOf(pack, 'remove'));
  }
  joinSmall(states, question.packBytes * SMALL);
  return states;
}

function filesByPack({ packFiles, alive }: PackQuestion): PackFiles {
  const files = new Map<string, Set<string>>();
  for (const name of packFiles) {
    const match = /^([0-9a-f]{16})(\..+)$/.exec(name);
    if (match === null || alive.has(name.slice(0, 12))) continue;
    const pack = match[1] as string;
    files.set(pack, (files.get(pack) ?? new Set()).add(match[2] as string));
  }
  return files;
}

/**
 * Packs of moved blocks about which something is to be decided: a removed dump needed a pack that these were born in, or
 * that pack is still there, or blocks of it are in several. One whose index cannot be read is examined, too.
 */
async function movedPacksToExamine({ repository, touched }: PackQuestion, files: PackFiles): Promise<string[]> {
  const births = new Map<string, ReadonlySet<string>>();
  const holders = new Map<string, number>();
  for (const [pack, extensions] of files) {
    if (!extensions.has(MOVED)) continue;
    const born = await birthsOf(repository, pack);
    births.set(pack, born);
    for (const each of born) holders.set(each, (holders.get(each) ?? 0) + 1);
  }
  const isOpen = (pack: string) => touched.has(pack) || files.has(pack) || (holders.get(pack) ?? 0) > 1;
  return [...births].filter(([, born]) => born.size === 0 || [...born].some(isOpen)).map(([pack]) => pack);
}

async function birthsOf(repository: string, pack: string): Promise<ReadonlySet<string>> {
  try {
    return birthPacks((await smallFiles.read(packPath(repository, pack, MOVED))).toString('latin1'), pack);
  } catch {
    return new Set();
  }
}

/** True if a pack without index holds blocks that a dump needs, and the pack they were born in is gone: repair it. */
async function isOnlyHome({ repository, needs, packFiles }: PackQuestion, pack: string): Promise<boolean> {
  const rows = (await rowsOfCopy(repository, pack))?.rows ?? [];
  return rows.some((row) => needs.has(row.pack, row.block) && !packFiles.includes(`${row.pack}${PACK}`));
}

function joinSmall(states: readonly PackState[], smallBytes: number): void {
  const small = states.filter(
    ({ action, live, liveBytes, deadBytes }) =>
      action !== 'remove' && live.length > 0 && liveBytes + deadBytes < smallBytes,
  );
  if (small.length >= JOINED) for (const state of small) state.action = 'move';
}

function stateOf(pack: string, action: PackState['action']): PackState {
  return { pack, action, live: [], liveBytes: 0, deadBytes: 0, superseded: false };
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
    return stateOf(pack, mayBeNeeded ? 'keep' : 'remove');
  }
  const state = stateOf(pack, 'keep');
  for (const row of rows) {
    const key = blockKey(row.pack, row.block);
    if (needs.has(row.pack, row.block) && !moved.has(key)) {
      state.live.push(row);
      state.liveBytes += row.stored;
    } else {
      state.deadBytes += row.stored;
      state.superseded ||= needs.has(row.pack, row.block);
    }
    if (extension === MOVED) moved.add(key).add(row.pack);
  }
  const { live, liveBytes, deadBytes } = state;
  if (live.length === 0) state.action = 'remove';
  else if (deadBytes > 0 && deadBytes >= (liveBytes + deadBytes) * MOSTLY_GARBAGE) state.action = 'move';
  return state;
}
