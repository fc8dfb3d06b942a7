import { quoteIdentifier } from '../../postgres/identifiers.ts';
import type { TocEntry } from '../../postgres/toc.ts';
import type { ExpectedContent } from '../expected-content.ts';
import type { Refusal } from '../refusal.ts';
import type { Statement } from '../statement.ts';

/** A schema that gets another name. */
export interface SchemaAs {
  from: string;
  to: string;
}

interface SchemaAsJob {
  restore_type: 'full' | 'schema' | 'data';
  schemas: readonly string[];
  tables: readonly string[];
  schema_as: string | null;
}

/** Null: nothing is renamed. */
export function schemaAsOf({
  schemas: [from],
  schema_as: to,
}: Pick<SchemaAsJob, 'schemas' | 'schema_as'>): SchemaAs | null {
  return from === undefined || to === null || from === to ? null : { from, to };
}

export function refuseSchemaAs({ restore_type, schemas, tables, schema_as }: SchemaAsJob): Refusal[] {
  if (schema_as === null) return [];
  if (schema_as.startsWith('pg_')) {
    return [
      { sentence: `a schema cannot be called "${schema_as}"`, hint: "names that begin with pg_ are the server's own" },
    ];
  }
  if (schemas.length === 1 && tables.length === 0 && restore_type !== 'data') return [];
  const sentence = 'another name for a schema needs exactly one schema, without tables, and its definitions';
  return [{ sentence, hint: 'give one --schema with --schema-as, of type full or schema' }];
}

/**
 * Makes room for the schema under its own name, and gives it the other one in the end. A schema of that name steps aside
 * meanwhile: all of it is one transaction, so nobody sees it, and what depends on it follows.
 * @param exists the target has a schema `from`
 */
export function renamingStatements(
  as: SchemaAs,
  exists: boolean,
  aside: string,
): { first: Statement[]; last: Statement[] } {
  const rename = (from: string, to: string): Statement => {
    const sql = `alter schema ${quoteIdentifier(from)} rename to ${quoteIdentifier(to)}`;
    return { sql, about: sql, essential: true };
  };
  return {
    first: exists ? [rename(as.from, aside)] : [],
    last: [rename(as.from, as.to), ...(exists ? [rename(aside, as.from)] : [])],
  };
}

/** Functions whose text names the schema: text does not change with its name. */
export function textsThatName(entries: readonly TocEntry[], { from, to }: SchemaAs): string[] {
  const names = entries
    .filter(
      ({ desc, defn }) =>
        /^(FUNCTION|PROCEDURE)$/.test(desc) &&
        [from, from.replaceAll('"', '""')].some((name) => bodyOf(defn).includes(name)),
    )
    .map(({ namespace, tag }) => `"${namespace}".${tag}`);
  if (names.length === 0) return [];
  return [`functions may name schema "${from}" in their text, which stays as it is under "${to}": ${names.join(', ')}`];
}

/** What stands behind the head of a function, which names it with its schema. */
const bodyOf = (defn: string): string =>
  defn.slice(Math.max(0, defn.search(/\n\s+AS |\n\s*BEGIN ATOMIC|\n\s*RETURN /)));

/** What must be there when the schema has got its name. */
export function underOtherName<T extends Pick<ExpectedContent, 'tables' | 'sequences' | 'filledViews'>>(
  expected: T,
  as: SchemaAs | null,
): T {
  if (as === null) return expected;
  const renamed = <R extends { schema: string }>(thing: R): R =>
    thing.schema === as.from ? { ...thing, schema: as.to } : thing;
  return {
    ...expected,
    tables: expected.tables.map(renamed),
    sequences: expected.sequences.map(renamed),
    filledViews: expected.filledViews.map(renamed),
  };
}
