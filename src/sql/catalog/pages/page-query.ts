import type { Connection } from '../../connection.ts';
import { type FilterTerm, filterConditions } from './filter.ts';
import { type Cursor, type SortKey, segments } from './keyset.ts';

/** A list of the catalog that is read in pages. SQL texts are constants of this program, never input. */
export interface ListDefinition {
  /** Tables with their aliases and joins. */
  from: string;
  /** Select list; must give `id`. */
  columns: string;
  /** Unique expression that ends every order. */
  id: SortKey;
  /** Text that a filter looks into. */
  search: string;
  /** Orders by name; the id is added as the last key where it is not there. */
  sorts: Readonly<Record<string, readonly SortKey[]>>;
  /** Conditions by name; `?` is the value. */
  scopes?: Readonly<Record<string, string>>;
  /** Looked up only for the rows of a page, which is called `page`. */
  perPage?: { columns: string; joins: string };
}

export type ScopeValue = string | number | boolean | null;

/** Which rows of a list. */
export interface Selection {
  scope?: Readonly<Record<string, ScopeValue>>;
  filter?: readonly FilterTerm[];
}

export interface PageRequest extends Selection {
  sort: string;
  /** True: the order of the sort turned round, nulls first. */
  reversed?: boolean;
  direction: 'after' | 'before';
  /** null: from the first row (`after`) or the last one (`before`). */
  cursor: Cursor | null;
  inclusive?: boolean;
  limit: number;
}

/** `cursor_keys` is the place of the row in the order that was asked for. */
export type PageRow<Row> = Row & { cursor_keys: Cursor };

/** Rows in the list's order, whatever the direction. Fewer than `limit`: there are no more in that direction. */
export async function fetchPage<Row>(
  catalog: Connection,
  definition: ListDefinition,
  request: PageRequest,
): Promise<PageRow<Row>[]> {
  const before = request.direction === 'before';
  const position = {
    cursor: request.cursor,
    inclusive: request.inclusive ?? false,
    backward: before !== (request.reversed ?? false),
  };
  const keys = keysOf(definition, request.sort);
  const rows: PageRow<Row>[] = [];
  for (const segment of segments(keys, position)) {
    if (rows.length >= request.limit) break;
    const parameters: unknown[] = [];
    const selected = selectionConditions(definition, request, parameters);
    const { conditions, orderBy } = segment(parameters);
    const limit = request.limit - rows.length;
    const sql = pageSql(definition, keys, [...selected, ...conditions], orderBy, limit);
    rows.push(...(await catalog.rows<PageRow<Row>>(sql, parameters)));
  }
  return before ? rows.reverse() : rows;
}

/** Number of rows, counted up to `limit`. */
export async function countRows(
  catalog: Connection,
  definition: ListDefinition,
  selection: Selection,
  limit: number,
): Promise<number> {
  const parameters: unknown[] = [];
  const where = whereClause(selectionConditions(definition, selection, parameters));
  const found = await catalog.row<{ count: number }>(
    `select count(*) as count from (select from ${definition.from}${where} limit ${limit}) as counted`,
    parameters,
  );
  return found?.count ?? 0;
}

/** Ids of the selected rows, at most `limit`. */
export async function fetchIds(
  catalog: Connection,
  definition: ListDefinition,
  selection: Selection,
  limit: number,
): Promise<(number | string)[]> {
  const parameters: unknown[] = [];
  const where = whereClause(selectionConditions(definition, selection, parameters));
  const found = await catalog.rows<{ id: number | string }>(
    `select ${definition.id.sql} as id from ${definition.from}${where} limit ${limit}`,
    parameters,
  );
  return found.map(({ id }) => id);
}

/** One row as the list shows it; undefined: it is gone. */
export async function fetchRow<Row>(
  catalog: Connection,
  definition: ListDefinition,
  id: number | string,
): Promise<PageRow<Row> | undefined> {
  const condition = `${definition.id.sql} = $1::${definition.id.type}`;
  return catalog.row(pageSql(definition, [definition.id], [condition], definition.id.sql, 1), [id]);
}

function keysOf(definition: ListDefinition, sort: string): readonly SortKey[] {
  const keys = definition.sorts[sort] ?? [];
  return keys.some(({ sql }) => sql === definition.id.sql) ? keys : [...keys, definition.id];
}

function selectionConditions(definition: ListDefinition, selection: Selection, parameters: unknown[]): string[] {
  const scoped = Object.entries(selection.scope ?? {}).map(([name, value]) => {
    const condition = definition.scopes?.[name];
    if (condition === undefined) throw new Error(`the list has no scope ${name}`);
    parameters.push(value);
    return `(${condition.replaceAll('?', `$${parameters.length}`)})`;
  });
  return [...scoped, ...filterConditions(definition.search, selection.filter ?? [], parameters)];
}

const whereClause = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;

function pageSql(
  definition: ListDefinition,
  keys: readonly SortKey[],
  conditions: readonly string[],
  orderBy: string,
  limit: number,
): string {
  const cursor = `array[${keys.map(({ sql }) => `(${sql})::text`).join(', ')}] as cursor_keys`;
  const base = `select ${definition.columns}, ${cursor} from ${definition.from}${whereClause(conditions)} order by ${orderBy} limit ${limit}`;
  const { perPage } = definition;
  if (perPage === undefined) return base;
  return `select page.*, ${perPage.columns}
    from (select ordered.*, row_number() over () as page_position from (${base}) as ordered) as page ${perPage.joins}
    order by page.page_position`;
}
