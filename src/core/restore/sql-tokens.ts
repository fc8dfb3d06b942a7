/** A piece of SQL text with its place; `depth` counts the parentheses around it. */
export interface SqlToken {
  kind: 'word' | 'quoted' | 'other';
  start: number;
  end: number;
  depth: number;
  /** Name as Postgres reads it: words in lower case, quoted names without their quotes. */
  value: string;
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*)`,
    '"(?<quoted>(?:[^"]|"")*)"',
    String.raw`(?<escape>[eE]'(?:[^'\\]|\\[\s\S]|'')*')`,
    "(?<string>'(?:[^']|'')*')",
    String.raw`(?<dollar>\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|)\$[\s\S]*?\$\k<tag>\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'uy',
);

/**
 * Cuts SQL as pg_dump writes it into tokens, without white space and `--` comments. Strings (also with dollar quotes)
 * are one token of kind `other`, so that nothing in them is taken for a name.
 */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    const { space, quoted, word, other } = match.groups ?? {};
    if (other === ')') depth -= 1;
    if (space === undefined) {
      const kind = quoted !== undefined ? 'quoted' : word !== undefined ? 'word' : 'other';
      const value = quoted !== undefined ? quoted.replaceAll('""', '"') : (word?.toLowerCase() ?? match[0]);
      tokens.push({ kind, start: match.index, end: TOKEN.lastIndex, depth, value });
    }
    if (other === '(') depth += 1;
  }
  return tokens;
}
