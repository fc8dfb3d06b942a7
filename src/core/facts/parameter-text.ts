import type { Parameter } from './database-facts.ts';

/** Splits `name=value` as `pg_db_role_setting` and options of tablespaces keep it; the value may hold further `=`. */
export function parseParameter(text: string): Parameter {
  const equals = text.indexOf('=');
  return equals < 0 ? { name: text, value: '' } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}
