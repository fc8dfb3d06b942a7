import { PgSnapManError } from '../../core/errors.ts';

/** What lists can be narrowed by; each list says which of them mean something for it. */
export interface ListFilter {
  since?: Date | undefined;
  status?: string | undefined;
  outcome?: string | undefined;
  /** Name of a database; `*` and `?` are wildcards. */
  db?: string | undefined;
  /** Id, name or host[:port]. */
  instance?: string | number | undefined;
  /** Id or name. */
  worker?: string | number | undefined;
  job?: number | undefined;
  /** This level and worse. */
  level?: string | undefined;
  /** A column; with `-` in front downwards. */
  sort?: string | undefined;
  limit?: number | undefined;
  /** Id of the last row of the page before. */
  after?: number | undefined;
}

/** For a caller that sets no limit of its own. */
const DEFAULT_LIMIT = 1000;

/** Conditions of a query and their parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  readonly #parts: string[] = [];

  /** Placeholder of a parameter. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(condition: string): void {
    this.#parts.push(condition);
  }

  /** `column = value`, unless there is no value. */
  equal(column: string, value: unknown): void {
    if (value !== undefined) this.add(`${column} = ${this.value(value)}`);
  }

  get where(): string {
    return this.#parts.length === 0 ? '' : `where ${this.#parts.join(' and ')}`;
  }

  /** All conditions and one more. */
  whereAnd(condition: string): string {
    return `where ${[...this.#parts, condition].join(' and ')}`;
  }

  limit(filter: ListFilter): string {
    return `limit ${this.value(filter.limit ?? DEFAULT_LIMIT)}`;
  }
}

export const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern);

/** A pattern with `*` and `?` as one for LIKE. */
export const likePattern = (pattern: string): string =>
  pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');

/** A condition for a name that may be a pattern. */
export function addName(conditions: Conditions, column: string, pattern: string | undefined): void {
  if (pattern === undefined) return;
  if (hasWildcard(pattern)) conditions.add(`${column} like ${conditions.value(likePattern(pattern))}`);
  else conditions.equal(column, pattern);
}

export interface SortOrder {
  key: string;
  /** The first expression of the order; the second is always the id. */
  expression: string;
  direction: 'asc' | 'desc';
}

/**
 * Reads `column` or `-column`.
 * @throws PgSnapManError usage for a column that the list cannot be sorted by
 */
export function sortOrder(sort: string, expressions: Readonly<Record<string, string>>): SortOrder {
  const key = sort.replace(/^-/, '');
  const expression = Object.hasOwn(expressions, key) ? expressions[key] : undefined;
  if (expression === undefined) {
    const hint = `it can be sorted by ${Object.keys(expressions).join(', ')}`;
    throw new PgSnapManError('usage', `this list cannot be sorted by "${key}"`, hint);
  }
  return { key, expression, direction: sort === key ? 'asc' : 'desc' };
}
