import { PgSnapManError } from '../errors.ts';
import type { StoredFile } from '../manifest/manifest.ts';
import type { TocEntry } from '../postgres/toc.ts';
import { sqlTokens } from './sql-tokens.ts';

/** What must be in the database after the data have been loaded, by the archive's own word. */
export interface ExpectedContent {
  tables: {
    schema: string;
    name: string;
    rows: number;
    /** False: a table of an extension, which brings rows of its own; only the others are in the dump. */
    exact: boolean;
  }[];
  sequences: { schema: string; name: string; lastValue: string; isCalled: boolean }[];
  largeObjects: number;
  /** Materialized views that were filled. */
  filledViews: { schema: string; name: string }[];
  /** Constraints that the source had not validated either; `tag` ends with the constraint's name. */
  notValidTags: string[];
  rows: number;
}

/**
 * Reads from the entries that are restored, and the rows that were counted when their files were stored, what the
 * copy has to hold.
 * @throws PgSnapManError run_failed when a file that the archive names is not in the dump
 */
export function expectedContent(entries: readonly TocEntry[], files: readonly StoredFile[]): ExpectedContent {
  const tables = expectedTables(entries, files);
  return {
    tables,
    sequences: entries.filter(({ desc }) => desc === 'SEQUENCE SET').flatMap(sequenceOf),
    largeObjects: entries.some(({ desc }) => desc === 'BLOBS')
      ? files.filter(({ role }) => role === 'large_object').length
      : 0,
    filledViews: entries
      .filter(({ desc }) => desc === 'MATERIALIZED VIEW DATA')
      .map(({ namespace, tag }) => ({ schema: namespace, name: tag })),
    notValidTags: entries
      .filter(({ desc, defn }) => desc.endsWith('CONSTRAINT') && /\bNOT VALID;?\s*$/.test(defn))
      .map(({ tag }) => tag),
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/** Several files can go into one table: partitions that pg_dump wrote for loading through their root. */
function expectedTables(entries: readonly TocEntry[], files: readonly StoredFile[]): ExpectedContent['tables'] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const created = new Set(entries.filter(({ desc }) => desc === 'TABLE').map(({ oid }) => oid));
  const tables = new Map<string, ExpectedContent['tables'][number]>();
  for (const entry of entries) {
    if (entry.desc !== 'TABLE DATA') continue;
    const rows = entry.fileName === null ? undefined : byPath.get(entry.fileName)?.rows;
    if (rows === undefined || rows === null) {
      throw new PgSnapManError(
        'run_failed',
        `the dump does not hold the rows of table "${entry.namespace}"."${entry.tag}", which its table of contents names`,
        'restore another dump; check this one',
      );
    }
    const { schema, name } = copyTarget(entry);
    const key = JSON.stringify([schema, name]);
    const table = tables.get(key) ?? { schema, name, rows: 0, exact: created.has(entry.oid) };
    tables.set(key, { ...table, rows: table.rows + rows });
  }
  return [...tables.values()];
}

/** The table that `COPY "schema"."table" (…) FROM stdin` fills; without such a text the entry's own. */
export function copyTarget(entry: Pick<TocEntry, 'copyStmt' | 'namespace' | 'tag'>): { schema: string; name: string } {
  const [copy, schema, dot, name] = sqlTokens(entry.copyStmt.slice(0, 1000));
  const isName = (kind: string | undefined) => kind === 'word' || kind === 'quoted';
  if (copy?.value === 'copy' && isName(schema?.kind) && dot?.value === '.' && isName(name?.kind)) {
    return { schema: schema?.value ?? '', name: name?.value ?? '' };
  }
  return { schema: entry.namespace, name: entry.tag };
}

/** From `SELECT pg_catalog.setval('…', 42, true);` */
function sequenceOf({ namespace, tag, defn }: TocEntry): ExpectedContent['sequences'] {
  const match = /, (-?\d+), (true|false)\);\s*$/.exec(defn);
  if (match === null) return [];
  return [{ schema: namespace, name: tag, lastValue: match[1] ?? '', isCalled: match[2] === 'true' }];
}
