import type { TocEntry } from '../../../../src/core/postgres/toc.ts';

const SECTIONS = ['none', 'pre-data', 'data', 'post-data'];

/** A `toc.dat` with these entries, as pg_dump writes it in archive version `1.<minor>`; texts are in UTF-8. */
export function tocBytes(entries: readonly TocEntry[], minor: number): Uint8Array {
  const bytes: number[] = [...new TextEncoder().encode('PGDMP'), 1, minor, 0, 4, 8, 3];
  const int = (value: number) => {
    const size = Math.abs(value);
    bytes.push(value < 0 ? 1 : 0, size & 255, (size >> 8) & 255, (size >> 16) & 255, size >>> 24);
  };
  const text = (value: string | null) => {
    if (value === null) return int(-1);
    const encoded = new TextEncoder().encode(value);
    int(encoded.length);
    bytes.push(...encoded);
  };
  if (minor >= 15) bytes.push(0);
  else int(0);
  for (const value of [1, 2, 3, 4, 5, 126, 0]) int(value);
  for (const value of ['shop', '15.18', '15.18']) text(value);
  int(entries.length);
  for (const entry of entries) {
    int(entry.dumpId);
    int(entry.hadDumper ? 1 : 0);
    for (const value of [String(entry.tableOid), String(entry.oid), entry.tag, entry.desc]) text(value);
    int(SECTIONS.indexOf(entry.section) + 1);
    for (const value of [entry.defn, entry.dropStmt, entry.copyStmt, entry.namespace, entry.tablespace]) text(value);
    if (minor >= 14) text(entry.tableAccessMethod);
    if (minor >= 16) int(114);
    for (const value of [entry.owner, 'false', ...entry.dependencies.map(String), null]) text(value);
    text(entry.fileName ?? '');
  }
  return Uint8Array.from(bytes);
}
