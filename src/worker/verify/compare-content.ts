import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { COPY_END, type ComparedTable, comparedTables } from '../../core/drill/copy-out.ts';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { TocEntry } from '../../core/postgres/toc.ts';
import { tableKey } from '../../core/restore/check-sql.ts';
import type { ExpectedContent } from '../../core/restore/expected-content.ts';
import { type Connection, sqlStateOf } from '../../sql/connection.ts';
import { RowHash } from './row-hash.ts';

export interface ContentParts {
  entries: readonly TocEntry[];
  files: readonly StoredFile[];
  expected: ExpectedContent;
  /** The unpacked dump. */
  directory: string;
  /** Session in the restored database, in the encoding of the dump. */
  connection: Connection;
  onTable(name: string, done: number, total: number): void;
}

export interface ContentComparison {
  differences: string[];
  tables: number;
  byRowHash: number;
  bytes: number;
  largeObjects: number;
}

/** Tables of extensions bring rows of their own; what else is in them cannot be told from that. */
const isComparable = (table: ComparedTable, { tables }: ExpectedContent): boolean =>
  tables.find((known) => tableKey(known) === tableKey(table))?.exact === true;

/**
 * Reads every restored table as pg_dump read it, and compares the SHA-256 with that of the file in the dump. Where it
 * differs, the rows may only have come out in another order: a hash of the rows that does not depend on it decides.
 */
export async function compareContent(parts: ContentParts): Promise<ContentComparison> {
  const tables = comparedTables(parts.entries).filter((table) => isComparable(table, parts.expected));
  const found: ContentComparison = { differences: [], tables: 0, byRowHash: 0, bytes: 0, largeObjects: 0 };
  for (const table of tables) {
    parts.onTable(`${table.schema}.${table.name}`, found.tables, tables.length);
    found.tables += 1;
    const same = await isSameFile(parts, table, found);
    if (same) continue;
    found.byRowHash += 1;
    const difference = await rowDifference(parts, table);
    if (difference !== null) found.differences.push(`table "${table.schema}"."${table.name}": ${difference}`);
  }
  await compareLargeObjects(parts, found);
  return found;
}

/** What COPY says of a partitioned or a foreign table. */
const READ_BY_QUERY_ONLY = '42809';

async function isSameFile(parts: ContentParts, table: ComparedTable, found: ContentComparison): Promise<boolean> {
  const [fileName] = table.fileNames;
  const stored = parts.files.find(({ path }) => path === fileName);
  if (table.fileNames.length !== 1 || stored === undefined) return false;
  const hash = createHash('sha256');
  try {
    await parts.connection.copyOut(table.copy, (chunk) => {
      found.bytes += chunk.length;
      hash.update(chunk);
    });
  } catch (error) {
    if (sqlStateOf(error) !== READ_BY_QUERY_ONLY) throw error;
    return false;
  }
  return hash.update(COPY_END).digest('hex') === stored.sha256;
}

async function rowDifference(parts: ContentParts, table: ComparedTable): Promise<string | null> {
  const restored = new RowHash();
  await parts.connection.copyOut(table.copyByQuery, (chunk) => restored.update(chunk));
  const dumped = new RowHash();
  for (const fileName of table.fileNames) {
    for await (const chunk of createReadStream(join(parts.directory, fileName))) dumped.update(chunk as Buffer);
    dumped.next();
  }
  if (restored.digest() === dumped.digest()) return null;
  if (restored.rows !== dumped.rows) return `it has ${restored.rows} rows instead of ${dumped.rows}`;
  return `its ${dumped.rows} rows are not those that were dumped`;
}

/** Servers before version 11 cannot hash. */
const HASHES_SINCE = 110_000;

async function compareLargeObjects({ files, connection }: ContentParts, found: ContentComparison): Promise<void> {
  const objects = files.flatMap(({ role, path, sha256 }) => {
    const oid = role === 'large_object' ? /^blob_(\d+)\.dat$/.exec(path)?.[1] : undefined;
    return oid === undefined ? [] : [{ oid, sha256 }];
  });
  if (objects.length === 0 || connection.serverVersionNum < HASHES_SINCE) return;
  for (const { oid, sha256 } of objects) {
    const row = await connection.row<{ hash: string }>(
      `select encode(sha256(lo_get(oid)), 'hex') as hash from pg_largeobject_metadata where oid = $1`,
      [oid],
    );
    found.largeObjects += 1;
    if (row === undefined) found.differences.push(`large object ${oid} is missing`);
    else if (row.hash !== sha256) found.differences.push(`large object ${oid} is not what was dumped`);
  }
}
