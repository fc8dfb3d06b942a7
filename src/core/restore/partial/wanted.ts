import type { TocEntry } from '../../postgres/toc.ts';
import { isNeverChosen, isRelation } from './entry-links.ts';

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

/** The tables of these names (also views, sequences, foreign tables), by dump id. */
export function namedTables(all: readonly TocEntry[], tables: readonly TableName[]): Set<number> {
  const keys = new Set(tables.map(({ schema, name }) => JSON.stringify([schema, name])));
  const isNamed = ({ namespace, tag }: TocEntry): boolean => keys.has(JSON.stringify([namespace, tag]));
  const relations = all.filter((entry) => isRelation(entry) && isNamed(entry));
  // a dump of data only has no entries for the tables themselves
  const data = all.filter((entry) => entry.desc === 'TABLE DATA' && isNamed(entry));
  return new Set([...relations, ...data].map(({ dumpId }) => dumpId));
}

/** The schemas of these names with all that is in them, by dump id. */
export function inSchemas(all: readonly TocEntry[], schemas: readonly string[]): number[] {
  const names = new Set(schemas);
  return all
    .filter((entry) => !isNeverChosen(entry) && names.has(entry.desc === 'SCHEMA' ? entry.tag : entry.namespace))
    .map(({ dumpId }) => dumpId);
}

/** What of it is not in the dump, in words. */
export function notFound(all: readonly TocEntry[], { schemas, tables }: Wanted): string[] {
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
