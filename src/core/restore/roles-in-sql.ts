import { quoteIdentifier } from '../postgres/identifiers.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Words that stand where a role could but are none. */
const NO_ROLES = new Set(['public', 'current_user', 'session_user', 'current_role', 'user']);

// Kinds of archive entries whose SQL names roles, besides the owner, which is a field of its own.

type IsWord = (value: string, at: number) => boolean;

/** Whether a list of roles follows the token at this place; `found`: whether there was one before. */
const STARTS: Readonly<Record<string, (isWord: IsWord, at: number, found: boolean) => boolean>> = {
  ACL: (isWord, at) => isWord('to', at) || isWord('from', at) || isWord('authorization', at),
  'DEFAULT ACL': (isWord, at) =>
    isWord('to', at) || isWord('from', at) || (isWord('role', at) && isWord('for', at - 1)),
  POLICY: (isWord, at, found) => !found && isWord('to', at),
  'USER MAPPING': (isWord, at, found) => !found && isWord('for', at),
};

/**
 * The tokens that name roles in the SQL of an archive entry, as pg_dump writes it: in `grant` and `revoke` (also within
 * `alter default privileges`) what follows TO or FROM; `set session authorization`; `for role`; the TO list of a
 * policy; the FOR of a user mapping. Texts within parentheses (columns, arguments, conditions) never name one.
 */
function roleTokens(desc: string, sql: string): SqlToken[] {
  const starts = STARTS[desc];
  if (starts === undefined) return [];
  const tokens = sqlTokens(sql).filter(({ depth }) => depth === 0);
  const isWord: IsWord = (value, at) => tokens[at]?.kind === 'word' && tokens[at]?.value === value;
  const found: SqlToken[] = [];
  let seen = false;
  for (let at = 0; at < tokens.length; at++) {
    if (!starts(isWord, at, seen)) continue;
    seen = true;
    found.push(...listAfter(tokens, at));
  }
  return found;
}

/** The names after a token, as long as commas follow. */
function listAfter(tokens: readonly SqlToken[], index: number): SqlToken[] {
  const names: SqlToken[] = [];
  for (let at = index + 1; ; at += 2) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'other') return names;
    if (token.kind === 'quoted' || !NO_ROLES.has(token.value)) names.push(token);
    if (tokens[at + 1]?.value !== ',') return names;
  }
}

/** Names of the roles in the SQL of an archive entry. */
export function rolesInSql(desc: string, sql: string): string[] {
  return roleTokens(desc, sql).map(({ value }) => value);
}

/** The SQL of an archive entry with other role names. */
export function renameRolesInSql(desc: string, sql: string, renamed: ReadonlyMap<string, string>): string {
  let result = '';
  let position = 0;
  for (const { value, start, end } of roleTokens(desc, sql)) {
    const name = renamed.get(value);
    if (name === undefined) continue;
    result += sql.slice(position, start) + quoteIdentifier(name);
    position = end;
  }
  return result + sql.slice(position);
}
