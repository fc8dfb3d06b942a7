import type { Parameter } from '../facts/database-facts.ts';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts';

/**
 * Parameters whose stored value is a list of quoted names; as one literal it would become a single name. The list is
 * that of variable_is_guc_list_quote() in PostgreSQL's src/bin/pg_dump/dumputils.c.
 */
const LISTS_OF_NAMES = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** `set "name" to value` as it stands in `alter database …` and `alter role …`. */
export function settingClause({ name, value }: Parameter): string {
  const values = LISTS_OF_NAMES.has(name.toLowerCase()) ? splitNames(value) : [value];
  return `set ${quoteIdentifier(name)} to ${(values.length === 0 ? [''] : values).map(quoteLiteral).join(', ')}`;
}

/** Splits a stored list such as `"$user", public, "a ""b"""` into its names, as SplitGUCList does. */
function splitNames(list: string): string[] {
  const names: string[] = [];
  for (const [, quoted, plain] of list.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^\s",][^",]*))\s*(?:,|$)/g)) {
    names.push(quoted === undefined ? (plain ?? '').trimEnd() : quoted.replaceAll('""', '"'));
  }
  return names;
}
