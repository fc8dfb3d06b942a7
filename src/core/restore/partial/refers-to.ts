import type { TocEntry } from '../../postgres/toc.ts';
import { sqlTokens } from '../sql-tokens.ts';
import type { TableName } from './wanted.ts';

/**
 * The other relation that a foreign key or the attaching of a partition names, which a dump of some tables only may lack:
 * `… REFERENCES "schema"."table"(…)`, `ALTER TABLE ONLY "schema"."parent" ATTACH PARTITION …`. Null: none.
 */
export function refersTo({ desc, defn }: Pick<TocEntry, 'desc' | 'defn'>): TableName | null {
  const words: Readonly<Record<string, string>> = {
    'FK CONSTRAINT': 'references',
    'TABLE ATTACH': 'only',
    'INDEX ATTACH': 'index',
  };
  const word = words[desc];
  if (word === undefined) return null;
  const tokens = sqlTokens(defn);
  const at = tokens.findIndex(({ kind, value, depth }) => kind === 'word' && value === word && depth === 0);
  const [schema, dot, name] = tokens.slice(at + 1);
  if (at < 0 || dot?.value !== '.' || schema === undefined || name === undefined) return null;
  return { schema: schema.value, name: name.value };
}
