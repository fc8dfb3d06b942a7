import { tableKey } from './check-sql.ts';
import type { ExpectedContent } from './expected-content.ts';

interface Named {
  schema: string;
  name: string;
}

/** What was found in the restored database. */
export interface FoundContent {
  /** Rows by tableKey. */
  rows: ReadonlyMap<string, number>;
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
  return [
    ...expected.tables.flatMap((table) => {
      const rows = found.rows.get(tableKey(table)) ?? 0;
      if (table.exact ? rows === table.rows : rows >= table.rows) return [];
      return [`table ${shown(table)} has ${rows} rows instead of ${table.exact ? '' : 'at least '}${table.rows}`];
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
