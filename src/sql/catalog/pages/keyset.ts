/** One expression of an order, in the order's own direction; nulls come last in it. */
export interface SortKey {
  sql: string;
  type: 'text' | 'bigint' | 'integer' | 'smallint' | 'timestamptz';
  descending?: boolean;
  /** Only the first key of an order may be null. */
  nullable?: boolean;
}

/** Where a row stands in an order: its keys as text, as the server wrote them. */
export type Cursor = readonly (string | null)[];

/**
 * A part of the order in which the first key is null everywhere or nowhere, so that plain comparisons work. Called with
 * the parameters of the statement, to which it appends its values.
 */
export type Segment = (parameters: unknown[]) => { conditions: string[]; orderBy: string };

export interface KeysetPosition {
  cursor: Cursor | null;
  /** True: the row at the cursor belongs to the page. */
  inclusive: boolean;
  /** True: walk against the order. */
  backward: boolean;
}

/**
 * The parts of an order in which rows are to be read, one after the other, from a position on. Conditions compare whole
 * keys, so an index on the keys is used.
 */
export function segments(keys: readonly SortKey[], position: KeysetPosition): Segment[] {
  const { cursor, backward } = position;
  const [first, ...rest] = keys;
  if (first === undefined) throw new Error('an order needs a key');
  if (!first.nullable) return [segment(keys, cursor, position)];
  const atNull = cursor !== null && cursor[0] === null;
  const filled = segment(keys, atNull ? null : cursor, position, `${first.sql} is not null`);
  const empty = segment(rest, atNull ? cursor.slice(1) : null, position, `${first.sql} is null`);
  if (backward) return cursor === null || atNull ? [empty, filled] : [filled];
  return atNull ? [empty] : [filled, empty];
}

function segment(
  keys: readonly SortKey[],
  cursor: Cursor | null,
  { inclusive, backward }: KeysetPosition,
  condition?: string,
): Segment {
  const descending = (key: SortKey): boolean => (key.descending ?? false) !== backward;
  // Where there are no nulls the word still decides whether an index fits the order.
  const nulls = (key: SortKey): string => (key.nullable ? ` nulls ${backward ? 'first' : 'last'}` : '');
  const orderBy = keys.map((key) => `${key.sql} ${descending(key) ? 'desc' : 'asc'}${nulls(key)}`).join(', ');
  const conditions = condition === undefined ? [] : [condition];
  return (parameters) => {
    if (cursor === null) return { conditions, orderBy };
    const values = keys.map((key, index) => {
      parameters.push(cursor[index]);
      return `$${parameters.length}::${key.type}`;
    });
    return { conditions: [...conditions, beyond(keys, values, descending, inclusive)], orderBy };
  };
}

/** `(a, b) > (x, y)` in the direction of each key. */
function beyond(
  keys: readonly SortKey[],
  values: readonly string[],
  descending: (key: SortKey) => boolean,
  inclusive: boolean,
): string {
  const operators = keys.map((key) => (descending(key) ? '<' : '>'));
  const expressions = keys.map(({ sql }) => sql);
  if (new Set(operators).size === 1) {
    return `(${expressions.join(', ')}) ${operators[0]}${inclusive ? '=' : ''} (${values.join(', ')})`;
  }
  // Mixed directions: the bound on the first key is what an index can use.
  const nested = expressions.reduceRight<string>((inner, expression, index) => {
    const after = `${expression} ${operators[index]} ${values[index]}`;
    return inner === ''
      ? `${after}${inclusive ? ` or ${expression} = ${values[index]}` : ''}`
      : `${after} or (${expression} = ${values[index]} and (${inner}))`;
  }, '');
  return `${expressions[0]} ${operators[0]}= ${values[0]} and (${nested})`;
}
