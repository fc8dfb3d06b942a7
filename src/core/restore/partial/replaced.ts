import { qualifiedName, quoteIdentifier } from '../../postgres/identifiers.ts';
import type { TocEntry } from '../../postgres/toc.ts';
import type { Refusal } from '../refusal.ts';
import { cutToBytes } from '../staging-name.ts';
import type { Statement } from '../statement.ts';
import { partitionsOf } from './belongings.ts';
import type { ExistingObjects } from './existing-objects.ts';
import type { TableName, Wanted } from './wanted.ts';

export type Replacement = 'rename' | 'drop' | 'refuse';

/** What of the target's database stands where something is to be restored, and what becomes of it. */
export interface ReplacedObjects {
  schemas: string[];
  tables: ExistingObjects['relations'];
  statements: Statement[];
  refusals: Refusal[];
  warnings: string[];
}

const LONGEST_NAME_BYTES = 63;

/** Tables of the dump that are asked for by name, with their partitions. */
export function namedRelations(all: readonly TocEntry[], { tables }: Wanted): TableName[] {
  return partitionsOf(all, tables).map(({ namespace, tag }) => ({ schema: namespace, name: tag }));
}

/**
 * Schemas and tables that exist are renamed (tables go into a schema of their own, with their indexes and sequences),
 * dropped, or stand against the restore. Nothing is dropped that something else depends on.
 * @param suffix of the names of what is kept, such as `_pgsnapman_old_20260101T0300`
 */
export function planReplaced(
  all: readonly TocEntry[],
  wanted: Wanted,
  existing: ExistingObjects,
  { replacement, suffix, dbname }: { replacement: Replacement; suffix: string; dbname: string },
): ReplacedObjects {
  const schemas = wanted.schemas.filter((name) => holdsSomething(name, existing));
  const names = new Set(namedRelations(all, wanted).map(({ schema, name }) => JSON.stringify([schema, name])));
  const tables = existing.relations.filter(
    ({ schema, name }) => names.has(JSON.stringify([schema, name])) && !schemas.includes(schema),
  );
  const result: ReplacedObjects = { schemas, tables, statements: [], refusals: [], warnings: [] };
  if (schemas.length === 0 && tables.length === 0) return result;
  const what = [
    ...schemas.map((name) => `schema "${name}"`),
    ...tables.map(({ schema, name }) => `table "${schema}"."${name}"`),
  ].join(', ');
  if (replacement === 'refuse') {
    result.refusals.push({
      sentence: `database "${dbname}" has this already: ${what}`,
      hint: 'let the job rename or drop what exists (existing_db), or choose another database',
    });
    return result;
  }
  const dependents = existing.dependents.join(', ');
  if (replacement === 'drop' && dependents !== '') {
    result.refusals.push({
      sentence: `${what} cannot be dropped, as other things depend on it: ${dependents}`,
      hint: 'rename it instead, restore these too, or drop them first',
    });
    return result;
  }
  if (dependents !== '') result.warnings.push(`goes on with what is renamed (${what}): ${dependents}`);
  result.statements = replacement === 'rename' ? renaming(schemas, tables, suffix) : dropping(schemas, tables);
  return result;
}

const holdsSomething = (schema: string, { schemas, relations, objects }: ExistingObjects): boolean =>
  schemas.includes(schema) && [...relations, ...objects].some((object) => object.schema === schema);

const KEYWORDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
};
const keyword = (kind: string): string => KEYWORDS[kind] ?? 'table';

const withSuffix = (name: string, suffix: string): string =>
  cutToBytes(name, LONGEST_NAME_BYTES - suffix.length) + suffix;

function renaming(schemas: readonly string[], tables: ExistingObjects['relations'], suffix: string): Statement[] {
  const renamed = schemas.map((name) => {
    const sql = `alter schema ${quoteIdentifier(name)} rename to ${quoteIdentifier(withSuffix(name, suffix))}`;
    return { sql, about: sql, essential: true };
  });
  const homes = new Map(tables.map(({ schema }) => [schema, quoteIdentifier(withSuffix(schema, suffix))]));
  const made = [...homes.values()].map((home) => {
    const sql = `create schema ${home}`;
    return { sql, about: sql, essential: true };
  });
  const moved = tables.map(({ schema, name, kind }) => {
    const sql = `alter ${keyword(kind)} ${qualifiedName(schema, name)} set schema ${homes.get(schema)}`;
    return { sql, about: sql, essential: true };
  });
  return [...renamed, ...made, ...moved];
}

/** Views before what they are views of. */
const DROP_ORDER = ['v', 'm', 'f', 'p', 'r', 'S'];

function dropping(schemas: readonly string[], tables: ExistingObjects['relations']): Statement[] {
  const byKeyword = new Map<string, string[]>();
  for (const { schema, name, kind } of tables.toSorted(
    (a, b) => DROP_ORDER.indexOf(a.kind) - DROP_ORDER.indexOf(b.kind),
  )) {
    byKeyword.set(keyword(kind), [...(byKeyword.get(keyword(kind)) ?? []), qualifiedName(schema, name)]);
  }
  return [
    ...[...byKeyword].map(([word, names]) => `drop ${word} ${names.join(', ')}`),
    ...schemas.map((name) => `drop schema ${quoteIdentifier(name)} cascade`),
  ].map((sql) => ({ sql, about: sql, essential: true }));
}
