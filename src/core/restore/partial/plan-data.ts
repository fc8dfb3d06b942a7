import { qualifiedName, quoteIdentifier } from '../../postgres/identifiers.ts';
import type { TocEntry } from '../../postgres/toc.ts';
import { copyTarget } from '../expected-content.ts';
import type { Refusal } from '../refusal.ts';
import type { Statement } from '../statement.ts';
import type { ExistingObjects, ForeignKey } from './existing-objects.ts';
import type { TableName } from './wanted.ts';

export interface DataPlan {
  /** In the order in which they are loaded. */
  entries: TocEntry[];
  statements: Statement[];
  /** Statements that fail when a row refers to nothing; run after everything has been loaded. */
  checks: { sql: string; sentence: string }[];
  refusals: Refusal[];
  warnings: string[];
}

const keyOf = ({ schema, name }: TableName): string => JSON.stringify([schema, name]);
const text = ({ schema, name }: TableName): string => `"${schema}"."${name}"`;
const child = (key: ForeignKey): string => keyOf({ schema: key.schema, name: key.table });
const parent = (key: ForeignKey): string => keyOf({ schema: key.ref_schema, name: key.ref_table });

/** The tables that entries with data fill. */
export function filledTables(entries: readonly TocEntry[]): TableName[] {
  const tables = entries.filter(({ desc }) => desc === 'TABLE DATA').map(copyTarget);
  return [...new Map(tables.map((table) => [keyOf(table), table])).values()];
}

/**
 * Rows into tables that are there. As a superuser no trigger fires (also those of foreign keys) and nothing is changed in
 * the tables for that; keys that lead out of the restored tables are checked afterwards. Anybody else loads referenced
 * tables first.
 */
export function planData(
  entries: readonly TocEntry[],
  existing: ExistingObjects,
  options: { truncate: boolean; superuser: boolean; dbname: string },
): DataPlan {
  const kinds = new Map(existing.relations.map((relation) => [keyOf(relation), relation.kind]));
  const tables = filledTables(entries);
  const loaded = new Set(tables.map(keyOf));
  const plan: DataPlan = { entries: [...entries], statements: [], checks: [], refusals: [], warnings: [] };
  const isThere = (entry: TocEntry): boolean => kinds.has(keyOf({ schema: entry.namespace, name: entry.tag }));
  refuseMissing(tables, kinds, options.dbname, plan);
  plan.entries = plan.entries.filter((entry) => {
    if (entry.desc === 'TABLE DATA') return true;
    if (entry.desc === 'SEQUENCE SET' && isThere(entry)) return true;
    if (entry.desc === 'SEQUENCE SET')
      plan.warnings.push(
        `sequence ${text({ schema: entry.namespace, name: entry.tag })} is not in the target and is left out`,
      );
    return false;
  });
  if (entries.some(({ desc }) => desc.startsWith('BLOB'))) {
    plan.warnings.push('large objects are left out: they come with a full restore only');
  }
  if (options.truncate) planTruncate(tables, kinds, loaded, existing, plan);
  else refuseFilled(existing, plan);
  if (options.superuser) planAsSuperuser(existing, loaded, plan);
  else planInOrder(existing, loaded, plan);
  return plan;
}

function refuseMissing(
  tables: readonly TableName[],
  kinds: ReadonlyMap<string, string>,
  dbname: string,
  plan: DataPlan,
): void {
  const missing = tables.filter((table) => !['r', 'p'].includes(kinds.get(keyOf(table)) ?? ''));
  if (missing.length === 0) return;
  plan.refusals.push({
    sentence: `tables of the dump are not in database "${dbname}": ${missing.map(text).join(', ')}`,
    hint: 'restore them with their definitions (type full), or choose the tables that are there',
  });
}

function refuseFilled({ filled }: ExistingObjects, plan: DataPlan): void {
  if (filled.length === 0) return;
  plan.refusals.push({
    sentence: `these tables hold rows already: ${filled.map(text).join(', ')}`,
    hint: 'let the job empty them first (existing_data truncate)',
  });
}

/** All in one statement, so that tables which refer to each other can be emptied, and no other one. */
function planTruncate(
  tables: readonly TableName[],
  kinds: ReadonlyMap<string, string>,
  loaded: ReadonlySet<string>,
  { foreign_keys: keys }: ExistingObjects,
  plan: DataPlan,
): void {
  const from = keys.filter((key) => loaded.has(parent(key)) && !loaded.has(child(key)));
  if (from.length > 0) {
    const names = [...new Set(from.map((key) => text({ schema: key.schema, name: key.table })))];
    plan.refusals.push({
      sentence: `tables that are not restored refer to those that would be emptied: ${names.join(', ')}`,
      hint: 'restore these too, or drop their foreign keys first',
    });
    return;
  }
  if (tables.length === 0) return;
  const names = tables.map((table) => {
    const name = qualifiedName(table.schema, table.name);
    return kinds.get(keyOf(table)) === 'p' ? name : `only ${name}`;
  });
  plan.statements.push({
    sql: `truncate table ${names.join(', ')}`,
    about: `empty ${tables.length} tables`,
    essential: true,
  });
}

function planAsSuperuser(existing: ExistingObjects, loaded: ReadonlySet<string>, plan: DataPlan): void {
  plan.statements.push({
    sql: 'set local session_replication_role = replica',
    about: 'let no triggers fire in this session',
    essential: true,
  });
  if (existing.always_triggers.length > 0) {
    plan.warnings.push(`triggers that fire always or on replicas will fire: on ${existing.always_triggers.join(', ')}`);
  }
  for (const key of existing.foreign_keys) {
    if (loaded.has(child(key)) && !loaded.has(parent(key))) plan.checks.push(checkOf(key));
  }
}

function checkOf(key: ForeignKey): DataPlan['checks'][number] {
  const c = (name: string) => `c.${quoteIdentifier(name)}`;
  const matches = key.columns.map((name, place) => `p.${quoteIdentifier(key.ref_columns[place] ?? '')} = ${c(name)}`);
  const given = key.columns.map((name) => `${c(name)} is not null`);
  return {
    sql: `not exists (select from ${qualifiedName(key.schema, key.table)} as c where ${given.join(' and ')}
      and not exists (select from ${qualifiedName(key.ref_schema, key.ref_table)} as p where ${matches.join(' and ')}))`,
    sentence: `rows of table "${key.schema}"."${key.table}" refer to rows that table "${key.ref_schema}"."${key.ref_table}" does not have (foreign key "${key.name}")`,
  };
}

/** Referenced tables first; those that refer to each other in a circle cannot be loaded so. */
function planInOrder({ foreign_keys: keys }: ExistingObjects, loaded: ReadonlySet<string>, plan: DataPlan): void {
  const waitsFor = new Map<string, Set<string>>();
  for (const key of keys) {
    if (child(key) === parent(key) || !loaded.has(child(key)) || !loaded.has(parent(key))) continue;
    waitsFor.set(child(key), (waitsFor.get(child(key)) ?? new Set()).add(parent(key)));
  }
  const done = new Set<string>();
  const order: string[] = [];
  for (let waiting = [...loaded]; waiting.length > 0; ) {
    const ready = waiting.filter((table) => [...(waitsFor.get(table) ?? [])].every((other) => done.has(other)));
    if (ready.length === 0) {
      plan.refusals.push({
        sentence: `tables refer to each other in a circle: ${waiting.map((table) => text(named(table))).join(', ')}`,
        hint: 'only a superuser can load their rows, as the keys have to be left alone meanwhile; or restore them with their definitions',
      });
      return;
    }
    for (const table of ready) done.add(table);
    order.push(...ready);
    waiting = waiting.filter((table) => !done.has(table));
  }
  const place = new Map(order.map((table, at) => [table, at]));
  const placeOf = (entry: TocEntry): number =>
    entry.desc === 'TABLE DATA' ? (place.get(keyOf(copyTarget(entry))) ?? 0) : order.length;
  plan.entries.sort((a, b) => placeOf(a) - placeOf(b));
  plan.warnings.push('triggers of the tables fire for every row, as the restoring role is no superuser');
}

function named(key: string): TableName {
  const [schema = '', name = ''] = JSON.parse(key) as string[];
  return { schema, name };
}
