import type { TocEntry } from '../../postgres/toc.ts';

/** What a kind of the archive is called in the list of objects that a database has (see readExistingObjects). */
const CLASSES: Readonly<Record<string, string>> = {
  TABLE: 'relation',
  VIEW: 'relation',
  'MATERIALIZED VIEW': 'relation',
  'FOREIGN TABLE': 'relation',
  SEQUENCE: 'relation',
  'TABLE DATA': 'relation',
  TYPE: 'type',
  'SHELL TYPE': 'type',
  DOMAIN: 'type',
  FUNCTION: 'function',
  PROCEDURE: 'function',
  AGGREGATE: 'function',
  COLLATION: 'collation',
  EXTENSION: 'extension',
  SERVER: 'server',
  'FOREIGN DATA WRAPPER': 'wrapper',
  'PROCEDURAL LANGUAGE': 'language',
  'TEXT SEARCH CONFIGURATION': 'text search configuration',
  'TEXT SEARCH DICTIONARY': 'text search dictionary',
};

export const objectKey = (kind: string, schema: string, name: string): string => JSON.stringify([kind, schema, name]);

/** Key of the object that an entry makes; null: a kind that is not looked for. */
export function keyOfEntry({ desc, namespace, tag }: Pick<TocEntry, 'desc' | 'namespace' | 'tag'>): string | null {
  const kind = CLASSES[desc];
  return kind === undefined ? null : objectKey(kind, namespace, tag);
}
