import type { TocEntry } from '../postgres/toc.ts';
import type { ObjectKind } from './objects-sql.ts';

/** An object that an entry makes, so that it must be there afterwards. */
export interface ExpectedObject extends Pick<TocEntry, 'dumpId' | 'desc' | 'namespace' | 'tag'> {
  kind: ObjectKind;
}

/**
 * Which kind of object the entries of a description make. Those that share their names in Postgres are one kind: a view
 * that needs itself is a table and a rule in archives of old versions.
 */
const KINDS: Readonly<Record<string, ObjectKind>> = {
  TABLE: 'relation',
  VIEW: 'relation',
  'MATERIALIZED VIEW': 'relation',
  'FOREIGN TABLE': 'relation',
  SEQUENCE: 'relation',
  INDEX: 'relation',
  'TABLE ATTACH': 'partition',
  'INDEX ATTACH': 'partition',
  CONSTRAINT: 'constraint',
  'CHECK CONSTRAINT': 'constraint',
  'FK CONSTRAINT': 'constraint',
  DEFAULT: 'default',
  TRIGGER: 'trigger',
  RULE: 'rule',
  POLICY: 'policy',
  'ROW SECURITY': 'row security',
  FUNCTION: 'routine',
  PROCEDURE: 'routine',
  AGGREGATE: 'routine',
  TYPE: 'type',
  DOMAIN: 'type',
  OPERATOR: 'operator',
  'OPERATOR CLASS': 'operator class',
  'OPERATOR FAMILY': 'operator family',
  COLLATION: 'collation',
  CONVERSION: 'conversion',
  STATISTICS: 'statistics',
  'TEXT SEARCH CONFIGURATION': 'text search configuration',
  'TEXT SEARCH DICTIONARY': 'text search dictionary',
  SCHEMA: 'schema',
  EXTENSION: 'extension',
  'EVENT TRIGGER': 'event trigger',
  'FOREIGN DATA WRAPPER': 'foreign data wrapper',
  SERVER: 'server',
  PUBLICATION: 'publication',
  SUBSCRIPTION: 'subscription',
};

/** What pg_restore leaves out by itself when a job has the option. */
const LEFT_OUT_BY: Readonly<Record<string, readonly string[]>> = {
  '--no-policies': ['POLICY', 'ROW SECURITY'],
  '--no-publications': ['PUBLICATION'],
  '--no-subscriptions': ['SUBSCRIPTION'],
};

/** Schemas that every database has by itself; what a server's own catalog holds is not looked at. */
const OF_SERVER = /^(pg_.*|information_schema)$/s;
/** A default that is NULL is none, unless a version keeps it. */
const DEFAULT_NULL = /SET DEFAULT NULL\b/;
const NOT_ASCII = /[^\0-\x7f]/;

export interface ExpectedObjectsOptions {
  /** False: the archive or the database is in an encoding that we and the server may read differently. */
  utf8: boolean;
  /** The job's own options of pg_restore. */
  options: readonly string[];
}

/** The objects that entries make, as far as it can be told for certain by name whether they are there. */
export function expectedObjects(
  entries: readonly TocEntry[],
  { utf8, options }: ExpectedObjectsOptions,
): ExpectedObject[] {
  const leftOut = new Set(options.flatMap((option) => LEFT_OUT_BY[option] ?? []));
  return entries.flatMap(({ dumpId, desc, namespace, tag, defn }) => {
    const kind = Object.hasOwn(KINDS, desc) ? KINDS[desc] : undefined;
    if (kind === undefined || leftOut.has(desc) || defn.trim() === '' || OF_SERVER.test(namespace)) return [];
    if (!utf8 && NOT_ASCII.test(namespace + tag)) return [];
    if (kind === 'default' && DEFAULT_NULL.test(defn)) return [];
    return [{ dumpId, desc, namespace, tag, kind }];
  });
}
