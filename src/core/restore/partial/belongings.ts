import type { TocEntry } from '../../postgres/toc.ts';
import { belongsTo, isNeverChosen, isSequenceOf } from './entry-links.ts';
import { namedTables, type TableName } from './wanted.ts';

/** The tables themselves and all of their partitions, as entries of the archive. */
export function partitionsOf(all: readonly TocEntry[], tables: readonly TableName[]): TocEntry[] {
  const chosen = namedTables(all, tables);
  addPartitions(all, chosen);
  return all.filter((entry) => chosen.has(entry.dumpId) && entry.desc !== 'TABLE DATA');
}

/** Partitions of what is chosen, down to the last; the archive says it in TABLE ATTACH: [partition, parent]. */
export function addPartitions(all: readonly TocEntry[], chosen: Set<number>): void {
  const attached = all.filter(({ desc }) => desc === 'TABLE ATTACH');
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const { dependencies } of attached) {
      const [partition, parent] = dependencies;
      if (partition !== undefined && parent !== undefined && chosen.has(parent)) chosen.add(partition);
    }
  }
}

/** Everything that is part of a chosen thing, and the sequences of chosen tables. */
export function addOwned(all: readonly TocEntry[], chosen: Set<number>, byId: ReadonlyMap<number, TocEntry>): void {
  const owned = new Set(all.filter(({ desc }) => desc === 'SEQUENCE OWNED BY').flatMap((entry) => entry.dependencies));
  for (const entry of all) if (isSequenceOf(entry, owned, chosen)) chosen.add(entry.dumpId);
  for (const entry of all) {
    const ofSequence = entry.desc === 'SEQUENCE OWNED BY' && entry.dependencies.some((id) => chosen.has(id));
    if (ofSequence) chosen.add(entry.dumpId);
  }
  addFollowers(all, chosen, byId);
}

/** The archive's order puts what belongs to something behind it, but for a few; two rounds find all. */
export function addFollowers(
  all: readonly TocEntry[],
  chosen: Set<number>,
  byId: ReadonlyMap<number, TocEntry>,
  out: ReadonlySet<number> = new Set(),
): void {
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const entry of all) {
      if (
        !chosen.has(entry.dumpId) &&
        !out.has(entry.dumpId) &&
        !isNeverChosen(entry) &&
        belongsTo(entry, chosen, byId)
      ) {
        chosen.add(entry.dumpId);
      }
    }
  }
}
