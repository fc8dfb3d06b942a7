import type { TocEntry } from '../postgres/toc.ts';
import { copyTarget } from '../restore/expected-content.ts';

/** Settings under which pg_dump reads tables, so that the same rows give the same bytes. */
export const COPY_SESSION: Readonly<Record<string, string>> = {
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  synchronize_seqscans: 'off',
  row_security: 'off',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  search_path: '',
};

/** What pg_dump writes behind the rows of a table. */
export const COPY_END = '\\.\n\n\n';

/** A table whose content a drill compares. */
export interface ComparedTable {
  schema: string;
  name: string;
  /** Files of the dump that hold its rows. */
  fileNames: string[];
  /** Statement that reads the rows as pg_dump did; ASCII, whatever the encoding of the session. */
  copy: string;
  /** The same for a table that holds no rows itself, such as a partitioned one. */
  copyByQuery: string;
}

/**
 * The tables that have rows in the archive. Several files can go into one table: partitions that were dumped for loading
 * through their root.
 */
export function comparedTables(entries: readonly TocEntry[]): ComparedTable[] {
  const tables = new Map<string, ComparedTable>();
  for (const entry of entries) {
    if (entry.desc !== 'TABLE DATA' || entry.fileName === null) continue;
    const { schema, name } = copyTarget(entry);
    const key = JSON.stringify([schema, name]);
    const known = tables.get(key);
    if (known !== undefined) known.fileNames.push(entry.fileName);
    else tables.set(key, { schema, name, fileNames: [entry.fileName], ...statements(entry, schema, name) });
  }
  return [...tables.values()];
}

function statements(entry: TocEntry, schema: string, name: string): Pick<ComparedTable, 'copy' | 'copyByQuery'> {
  const table = `${asciiName(schema)}.${asciiName(name)}`;
  const list = columnList(entry.copyStmt);
  return {
    copy: `COPY ${table} ${list === '' ? '' : `(${list}) `}TO STDOUT`,
    copyByQuery: `COPY (SELECT ${list} FROM ${table}) TO STDOUT`,
  };
}

/** What stands between the parentheses of `COPY s.t (a, "b") FROM stdin;` */
function columnList(copyStmt: string): string {
  const end = copyStmt.lastIndexOf(')');
  let quoted = false;
  for (let at = 0; at < end; at += 1) {
    if (copyStmt[at] === '"') quoted = !quoted;
    else if (copyStmt[at] === '(' && !quoted) return asciiNames(copyStmt.slice(at + 1, end));
  }
  return '';
}

/** Quoted names with other characters than ASCII as `U&"…"`, which means the same in every encoding of a session. */
function asciiNames(list: string): string {
  return list.replace(/"((?:[^"]|"")*)"/g, (_match, inner: string) => asciiName(inner.replaceAll('""', '"')));
}

function asciiName(name: string): string {
  const quoted = name.replaceAll('"', '""');
  if (/^[\x00-\x7f]*$/.test(name)) return `"${quoted}"`;
  const escaped = [...quoted].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\') return '\\\\';
    return code < 128 ? character : `\\+${code.toString(16).padStart(6, '0')}`;
  });
  return `U&"${escaped.join('')}"`;
}
