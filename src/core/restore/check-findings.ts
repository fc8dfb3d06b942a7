import { tableKey } from './check-sql.ts';
import type { ExpectedContent } from './expected-content.ts';

interface Named {
  schema: string;
  name: string;
}

/** What was found in the restored database. */
export interface FoundContent {
  /** Rows by tableKey; those of a partitioned table are those of all its partitions. */
  rows: ReadonlyMap<string, number>;
  /** By tableKey of a partition: that of the table that it is a partition of. */
  partitionOf: ReadonlyMap<string, string>;
  /** By tableKey. */
  sequences: ReadonlyMap<string, { lastValue: string; isCalled: boolean }>;
  largeObjects: number;
  invalidIndexes: readonly Named[];
  unvalidatedConstraints: readonly Named[];
  emptyViews: readonly Named[];
}

const shown = ({ schema, name }: Named): string => `"${schema}"."${name}"`;

/** Every way in which the restored database is not what the dump says, a sentence each; none: it is. */
export function compareContent(expected: ExpectedContent, found: FoundContent): string[] {
  const loadedIntoPartitions = rowsOfPartitions(expected, found.partitionOf);
  return [
    ...expected.tables.flatMap((table) => {
      const rows = found.rows.get(tableKey(table)) ?? 0;
      const wanted = table.rows + (loadedIntoPartitions.get(tableKey(table)) ?? 0);
      if (table.exact ? rows === wanted : rows >= wanted) return [];
      return [`table ${shown(table)} has ${rows} rows instead of ${table.exact ? '' : 'at least '}${wanted}`];
    }),
    ...expected.sequences.flatMap((sequence) => {
      const standing = standsAt(found.sequences.get(tableKey(sequence)));
      if (standing === standsAt(sequence)) return [];
      return [`sequence ${shown(sequence)} stands ${standing} instead of ${standsAt(sequence)}`];
    }),
    ...compareLargeObjects(expected.largeObjects, found.largeObjects),
    ...found.invalidIndexes.map((index) => `index ${shown(index)} is not valid`),
    ...found.unvalidatedConstraints
      .filter(({ name }) => !expected.notValidTags.some((tag) => tag === name || tag.endsWith(` ${name}`)))
      .map((constraint) => `constraint ${shown(constraint)} is not validated, though it was on the source`),
    ...missingViews(expected.filledViews, found.emptyViews),
  ];
}

/**
 * What the dump loads directly into partitions, summed up for every table above them: pg_dump loads some partitions of a
 * table through its root (those by the hash of an enum) and others by themselves.
 */
function rowsOfPartitions({ tables }: ExpectedContent, partitionOf: ReadonlyMap<string, string>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const table of tables) {
    for (let up = partitionOf.get(tableKey(table)); up !== undefined; up = partitionOf.get(up)) {
      sums.set(up, (sums.get(up) ?? 0) + table.rows);
    }
  }
  return sums;
}

function standsAt(sequence: { lastValue: string; isCalled: boolean } | undefined): string {
  if (sequence === undefined) return 'nowhere';
  return `${sequence.isCalled ? 'at' : 'before'} ${sequence.lastValue}`;
}

function compareLargeObjects(expected: number, found: number): string[] {
  return expected === found ? [] : [`there are ${found} large objects instead of ${expected}`];
}

function missingViews(filled: readonly Named[], empty: readonly Named[]): string[] {
  const emptyKeys = new Set(empty.map(tableKey));
  return filled
    .filter((view) => emptyKeys.has(tableKey(view)))
    .map((view) => `materialized view ${shown(view)} is empty, though it was filled on the source`);
}
