import type { TocEntry } from '../../postgres/toc.ts';
import { entryText } from '../harmless-errors.ts';
import { addFollowers, addOwned, addPartitions } from './belongings.ts';
import { isRelation } from './entry-links.ts';
import { addExtensions, addSchemas, missingSchemas, settleNeeds, type ThereAlready } from './needs.ts';
import { refersTo } from './refers-to.ts';
import { inSchemas, namedTables, notFound, type Wanted } from './wanted.ts';

export interface PartialSelection {
  /** What is restored, in the order of the archive; schemas of chosen things among it where the archive has them. */
  entries: TocEntry[];
  /** Schemas that have to be made for it although the archive does not hold them. */
  missingSchemas: string[];
  /** Asked for, and not in the dump. */
  notFound: string[];
  /** Asked for by name, and impossible, with the reason. */
  impossible: string[];
  /** Part of what was asked for but left out, with the reason. */
  leftOut: string[];
  /** Brought along although it was not asked for. */
  brought: string[];
}

/**
 * Chooses entries by exact names: schemas with all that is in them, tables (also views, sequences, foreign tables) with
 * their partitions and all that belongs to them. What these need (types, functions, extensions, schemas) comes along if
 * the target does not have it; other tables do not. What needs a table that will not be there is left out, or impossible
 * if it was asked for by its name.
 * @param partialDump the dump itself holds only some tables, perhaps without their schemas
 */
export function selectPartial(
  all: readonly TocEntry[],
  wanted: Wanted,
  there: ThereAlready,
  partialDump: boolean,
): PartialSelection {
  if (wanted.schemas.length === 0 && wanted.tables.length === 0) {
    return partialDump ? wholePartialDump(all, there) : everything(all);
  }
  const byId = new Map(all.map((entry) => [entry.dumpId, entry]));
  const named = namedTables(all, wanted.tables);
  const chosen = new Set([...named, ...inSchemas(all, wanted.schemas)]);
  addPartitions(all, chosen);
  addOwned(all, chosen, byId);
  const extensions = addExtensions(all, chosen, wanted, there);
  const { brought, leftOut, impossible, out } = settleNeeds(all, chosen, byId, named, there);
  addSchemas(all, chosen, there);
  addFollowers(all, chosen, byId, out);
  const entries = all.filter(({ dumpId }) => chosen.has(dumpId));
  return {
    entries,
    missingSchemas: missingSchemas(entries, there),
    notFound: notFound(all, wanted),
    impossible,
    leftOut,
    brought: [...extensions, ...brought],
  };
}

const everything = (all: readonly TocEntry[]): PartialSelection => ({
  entries: [...all],
  missingSchemas: [],
  notFound: [],
  impossible: [],
  leftOut: [],
  brought: [],
});

/** All of a dump of some tables only: what names a table that will not be there is left out. */
function wholePartialDump(all: readonly TocEntry[], there: ThereAlready): PartialSelection {
  const made = new Set(
    all
      .filter(({ desc }) => isRelation({ desc }) || desc === 'INDEX')
      .map(({ namespace, tag }) => `${namespace}.${tag}`),
  );
  const leftOut: string[] = [];
  const entries = all.filter((entry) => {
    const other = refersTo(entry);
    if (other === null || made.has(`${other.schema}.${other.name}`)) return true;
    const found = there.object({ desc: 'TABLE', namespace: other.schema, tag: other.name });
    if (!found) leftOut.push(`${entryText(entry)} needs "${other.schema}"."${other.name}"`);
    return found;
  });
  return { ...everything(entries), leftOut, missingSchemas: missingSchemas(entries, there) };
}
