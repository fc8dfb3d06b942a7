/** One word of a filter: a part of the text, or a regular expression; `negated` keeps what does not match. */
export interface FilterTerm {
  kind: 'text' | 'regex';
  negated: boolean;
  value: string;
}

/**
 * What people type after `/`: words that must all be there in any case, `!word` must not, `~pattern` is a regular
 * expression that takes the rest of the line, spaces included.
 */
export function parseFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match = /^(!?)(?:~(.*)|(\S+))\s*/s.exec(rest);
    if (match === null) break;
    const [whole, not = '', pattern, word] = match;
    const value = (pattern ?? word ?? '').trim();
    // A lone `!` or `~` is the beginning of something, not a filter yet.
    if (value !== '' && value !== '!') {
      terms.push({ kind: pattern === undefined ? 'text' : 'regex', negated: not !== '', value });
    }
    rest = rest.slice(whole.length);
  }
  return terms;
}

/**
 * The terms as conditions on an SQL text expression; values become parameters, appended to `parameters`.
 * A pattern that Postgres refuses fails with SQLSTATE 2201B.
 */
export function filterConditions(expression: string, terms: readonly FilterTerm[], parameters: unknown[]): string[] {
  return terms.map(({ kind, negated, value }) => {
    parameters.push(kind === 'text' ? `%${value.replace(/[\\%_]/g, '\\$&')}%` : value);
    const operator = kind === 'text' ? (negated ? 'not ilike' : 'ilike') : negated ? '!~*' : '~*';
    return `(${expression}) ${operator} $${parameters.length}`;
  });
}
