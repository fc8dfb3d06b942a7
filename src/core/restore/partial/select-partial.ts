import type { TocEntry } from '../../postgres/toc.ts';
import { entryText } from '../harmless-errors.ts';
import { belongsTo, isAboutOthers, isRelation, isSequenceOf } from './entry-links.ts';
import { refersTo } from './refers-to.ts';

export interface TableName {
  schema: string;
  name: string;
}

/** What of a dump is asked for. */
export interface Wanted {
  /** Exact names; none of both: everything. */
  schemas: readonly string[];
  tables: readonly TableName[];
}

/** Objects that the target has already, as far as others may need them. */
export interface ThereAlready {
  schema(name: string): boolean;
  /** A type, function, relation, … by the archive's kind, schema and tag. */
  object(entry: Pick<TocEntry, 'desc' | 'namespace' | 'tag'>): boolean;
}

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

const NEVER = /^(PUBLICATION|SUBSCRIPTION|EVENT TRIGGER|BLOB|DATABASE|ENCODING|STDSTRINGS|SEARCHPATH)/;

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

/** Only definitions, or only rows and the standing of sequences. */
export function ofType(entries: readonly TocEntry[], type: 'full' | 'schema' | 'data'): TocEntry[] {
  if (type === 'full') return [...entries];
  const isData = ({ section, desc }: TocEntry): boolean => section === 'data' && desc !== 'BLOB COMMENTS';
  if (type === 'data') return entries.filter(isData);
  return entries.filter((entry) => !isData(entry) && !/^(MATERIALIZED VIEW DATA|BLOB.*)$/.test(entry.desc));
}

function namedTables(all: readonly TocEntry[], tables: readonly TableName[]): Set<number> {
  const keys = new Set(tables.map(({ schema, name }) => JSON.stringify([schema, name])));
  const isNamed = ({ namespace, tag }: TocEntry): boolean => keys.has(JSON.stringify([namespace, tag]));
  const relations = all.filter((entry) => isRelation(entry) && isNamed(entry));
  // a dump of data only has no entries for the tables themselves
  const data = all.filter((entry) => entry.desc === 'TABLE DATA' && isNamed(entry));
  return new Set([...relations, ...data].map(({ dumpId }) => dumpId));
}

function inSchemas(all: readonly TocEntry[], schemas: readonly string[]): number[] {
  const names = new Set(schemas);
  return all
    .filter(({ desc, tag, namespace }) => !NEVER.test(desc) && names.has(desc === 'SCHEMA' ? tag : namespace))
    .map(({ dumpId }) => dumpId);
}

/** The tables themselves and all of their partitions, as entries of the archive. */
export function partitionsOf(all: readonly TocEntry[], tables: readonly TableName[]): TocEntry[] {
  const chosen = namedTables(all, tables);
  addPartitions(all, chosen);
  return all.filter((entry) => chosen.has(entry.dumpId) && entry.desc !== 'TABLE DATA');
}

/** Partitions of what is chosen, down to the last; the archive says it in TABLE ATTACH: [partition, parent]. */
function addPartitions(all: readonly TocEntry[], chosen: Set<number>): void {
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
function addOwned(all: readonly TocEntry[], chosen: Set<number>, byId: ReadonlyMap<number, TocEntry>): void {
  const owned = new Set(all.filter(({ desc }) => desc === 'SEQUENCE OWNED BY').flatMap((entry) => entry.dependencies));
  for (const entry of all) if (isSequenceOf(entry, owned, chosen)) chosen.add(entry.dumpId);
  for (const entry of all) {
    const ofSequence = entry.desc === 'SEQUENCE OWNED BY' && entry.dependencies.some((id) => chosen.has(id));
    if (ofSequence) chosen.add(entry.dumpId);
  }
  addFollowers(all, chosen, byId);
}

/** The archive's order puts what belongs to something behind it, but for a few; two rounds find all. */
function addFollowers(
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
        !NEVER.test(entry.desc) &&
        belongsTo(entry, chosen, byId)
      ) {
        chosen.add(entry.dumpId);
      }
    }
  }
}

/**
 * The archive does not say that an exclusion constraint or an index needs the operators of an extension, nor what the
 * body of a function calls. So whole schemas bring all extensions of the dump, and so do tables with an index of a kind
 * that extensions are made for. Returns those that came along.
 */
function addExtensions(
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

interface Needs {
  brought: string[];
  leftOut: string[];
  impossible: string[];
  /** What was taken out. */
  out: Set<number>;
}

/** Adds what chosen entries need, and takes out those that need what will not be there, until nothing changes. */
function settleNeeds(
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
        if (need.desc === 'SCHEMA' || need.section === 'post-data' || NEVER.test(need.desc)) continue;
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
function addSchemas(all: readonly TocEntry[], chosen: Set<number>, there: ThereAlready): void {
  const entries = all.filter(({ dumpId }) => chosen.has(dumpId));
  const names = new Set(entries.map(({ namespace }) => namespace));
  const ids = new Set(entries.filter(({ desc }) => desc === 'EXTENSION').flatMap((entry) => entry.dependencies));
  for (const { desc, tag, dumpId } of all) {
    if (desc === 'SCHEMA' && (names.has(tag) || ids.has(dumpId)) && !there.schema(tag)) chosen.add(dumpId);
  }
}

function missingSchemas(entries: readonly TocEntry[], there: ThereAlready): string[] {
  const made = new Set(entries.filter(({ desc }) => desc === 'SCHEMA').map(({ tag }) => tag));
  const used = new Set(entries.map(({ namespace }) => namespace).filter((name) => name !== ''));
  return [...used].filter((name) => !made.has(name) && !there.schema(name));
}

function notFound(all: readonly TocEntry[], { schemas, tables }: Wanted): string[] {
  const inDump = new Set(all.flatMap(({ desc, tag, namespace }) => (desc === 'SCHEMA' ? [tag] : [namespace])));
  const relations = new Set(
    all
      .filter((entry) => isRelation(entry) || entry.desc === 'TABLE DATA')
      .map(({ namespace, tag }) => JSON.stringify([namespace, tag])),
  );
  return [
    ...schemas.filter((name) => !inDump.has(name)).map((name) => `schema "${name}"`),
    ...tables
      .filter(({ schema, name }) => !relations.has(JSON.stringify([schema, name])))
      .map(({ schema, name }) => `table "${schema}"."${name}"`),
  ];
}
