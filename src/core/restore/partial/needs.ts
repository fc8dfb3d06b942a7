import type { TocEntry } from '../../postgres/toc.ts';
import { entryText } from '../harmless-errors.ts';
import { isAboutOthers, isNeverChosen, isRelation } from './entry-links.ts';
import type { Wanted } from './wanted.ts';

/** Objects that the target has already, as far as others may need them. */
export interface ThereAlready {
  schema(name: string): boolean;
  /** A type, function, relation, … by the archive's kind, schema and tag. */
  object(entry: Pick<TocEntry, 'desc' | 'namespace' | 'tag'>): boolean;
}

/**
 * The archive does not say that an exclusion constraint or an index needs the operators of an extension, nor what the
 * body of a function calls. So whole schemas bring all extensions of the dump, and so do tables with an index of a kind
 * that extensions are made for. Returns those that came along.
 */
export function addExtensions(
  all: readonly TocEntry[],
  chosen: Set<number>,
  { schemas }: Wanted,
  there: ThereAlready,
): string[] {
  const mayNeed = ({ dumpId, defn }: TocEntry): boolean => chosen.has(dumpId) && /\bUSING (?!btree\b)\w+ \(/.test(defn);
  if (schemas.length === 0 && !all.some(mayNeed)) return [];
  const missing = all.filter(
    (entry) => entry.desc === 'EXTENSION' && !chosen.has(entry.dumpId) && !there.object(entry),
  );
  for (const { dumpId } of missing) chosen.add(dumpId);
  return missing.map(entryText);
}

/** What became of the needs of what was chosen, in words. */
interface Needs {
  brought: string[];
  leftOut: string[];
  impossible: string[];
  /** What was taken out. */
  out: Set<number>;
}

/** Adds what chosen entries need, and takes out those that need what will not be there, until nothing changes. */
export function settleNeeds(
  all: readonly TocEntry[],
  chosen: Set<number>,
  byId: ReadonlyMap<number, TocEntry>,
  named: ReadonlySet<number>,
  there: ThereAlready,
): Needs {
  const out = new Set<number>();
  const needs: Needs = { brought: [], leftOut: [], impossible: [], out };
  for (let before = ''; before !== `${chosen.size} ${out.size}`; ) {
    before = `${chosen.size} ${out.size}`;
    for (const entry of all) {
      if (!chosen.has(entry.dumpId)) continue;
      for (const need of entry.dependencies.map((id) => byId.get(id))) {
        if (need === undefined || chosen.has(need.dumpId)) continue;
        // a foreign key names the other table beside that table's key
        if (need.desc === 'SCHEMA' || need.section === 'post-data' || isNeverChosen(need)) continue;
        const lacking = out.has(need.dumpId) || (isRelation(need) && !there.object(need));
        if (lacking) {
          takeOut(entry, need, needs, named);
          chosen.delete(entry.dumpId);
          out.add(entry.dumpId);
          break;
        }
        if (there.object(need)) continue;
        chosen.add(need.dumpId);
        needs.brought.push(entryText(need));
      }
    }
  }
  return needs;
}

function takeOut(entry: TocEntry, need: TocEntry, needs: Needs, named: ReadonlySet<number>): void {
  const sentence = `${entryText(entry)} needs ${entryText(need)}`;
  if (named.has(entry.dumpId)) needs.impossible.push(sentence);
  else if (!isAboutOthers(entry)) needs.leftOut.push(sentence);
}

/** The schemas that chosen things and extensions are in, where the target lacks them. */
export function addSchemas(all: readonly TocEntry[], chosen: Set<number>, there: ThereAlready): void {
  const entries = all.filter(({ dumpId }) => chosen.has(dumpId));
  const names = new Set(entries.map(({ namespace }) => namespace));
  const ids = new Set(entries.filter(({ desc }) => desc === 'EXTENSION').flatMap((entry) => entry.dependencies));
  for (const { desc, tag, dumpId } of all) {
    if (desc === 'SCHEMA' && (names.has(tag) || ids.has(dumpId)) && !there.schema(tag)) chosen.add(dumpId);
  }
}

/** Schemas that have to be made for these entries although the archive does not hold them. */
export function missingSchemas(entries: readonly TocEntry[], there: ThereAlready): string[] {
  const made = new Set(entries.filter(({ desc }) => desc === 'SCHEMA').map(({ tag }) => tag));
  const used = new Set(entries.map(({ namespace }) => namespace).filter((name) => name !== ''));
  return [...used].filter((name) => !made.has(name) && !there.schema(name));
}
