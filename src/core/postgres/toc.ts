import { DamagedDumpError, PgSnapManError } from '../errors.ts';
import { textDecoder } from './text-encoding.ts';
import { TocReader } from './toc-reader.ts';

export type TocSection = 'none' | 'pre-data' | 'data' | 'post-data';

/** One entry of the table of contents of a pg_dump archive. Empty texts stand for what the archive leaves out. */
export interface TocEntry {
  dumpId: number;
  /** True: a file of data belongs to it. */
  hadDumper: boolean;
  /** OID of the catalog that describes the object, and the object's OID in it. */
  tableOid: number;
  oid: number;
  /** Name of the object; for some kinds with arguments or the name of its table. */
  tag: string;
  /** Kind of object, such as `TABLE`, `TABLE DATA`, `INDEX`. */
  desc: string;
  section: TocSection;
  defn: string;
  dropStmt: string;
  copyStmt: string;
  namespace: string;
  tablespace: string;
  tableAccessMethod: string;
  owner: string;
  /** Dump ids of the entries that it needs. */
  dependencies: number[];
  /** File in the directory that holds its data; for large objects the file that lists them. */
  fileName: string | null;
}

export interface Toc {
  /** Version of the archive format, such as `1.14`. */
  version: string;
  entries: TocEntry[];
  /** Encoding of the archive's texts and data, by Postgres's name for it. */
  encoding: string;
  dbname: string;
  serverVersion: string;
  /** Version of the pg_dump that wrote it. */
  dumpVersion: string;
  /** Local time of the machine that wrote it, read as UTC (the archive knows no zone). */
  createdAt: Date;
}

/** Oldest and newest minor number of format 1 that is read: Postgres 9.0 to 18. */
const OLDEST_MINOR = 12;
const NEWEST_MINOR = 16;
/** `toc.dat` of a directory dump carries the number of the tar format. */
const FORMAT_TAR = 3;
const SECTIONS: readonly TocSection[] = ['none', 'pre-data', 'data', 'post-data'];
const FILE_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

type RawText = Uint8Array | null;
/** An entry before its encoding is known; `texts` are those from `tag` to `owner`, in the order of the file. */
export type RawEntry = Pick<TocEntry, 'dumpId' | 'hadDumper' | 'tableOid' | 'oid' | 'section' | 'dependencies'> & {
  texts: RawText[];
  fileName: RawText;
};

/** The table of contents before its texts are decoded; texts are views into the bytes that were given. */
export interface RawToc {
  header: ReturnType<typeof readHeader>;
  entries: RawEntry[];
  encoding: string;
  /** Bytes of an integer without its sign byte. */
  intSize: number;
}

/**
 * Reads the layout of `toc.dat` of a dump in directory format (archive versions 1.12 to 1.16): that of WriteHead and
 * WriteToc in PostgreSQL's pg_backup_archiver.c, with the file name of pg_backup_directory.c after each entry.
 * @throws DamagedDumpError for a file that is none or is cut short; PgSnapManError run_failed for a version that is not known
 */
export function readRawToc(bytes: Uint8Array): RawToc {
  const reader = new TocReader(bytes);
  const header = readHeader(reader);
  const count = reader.int();
  const entries: RawEntry[] = [];
  for (let i = 0; i < count; i++) entries.push(readEntry(reader, header.minor));
  if (!reader.atEnd) throw new DamagedDumpError('the table of contents of the dump has a tail');
  return { header, entries, encoding: encodingOf(entries, textDecoder('UTF8')), intSize: reader.intSize };
}

/** Reads `toc.dat`. @throws as readRawToc */
export function parseToc(bytes: Uint8Array): Toc {
  const { header, entries, encoding } = readRawToc(bytes);
  const decode = textDecoder(encoding);
  const text = (value: RawText) => (value === null ? '' : decode(value));
  return {
    version: `1.${header.minor}`,
    entries: entries.map((entry) => decodeEntry(entry, text, header.minor)),
    encoding,
    dbname: text(header.dbname),
    serverVersion: text(header.serverVersion),
    dumpVersion: text(header.dumpVersion),
    createdAt: header.createdAt,
  };
}

function readHeader(reader: TocReader) {
  if (String.fromCharCode(...reader.slice(5)) !== 'PGDMP') {
    throw new DamagedDumpError('the table of contents of the dump is none of pg_dump');
  }
  const [major, minor] = [reader.byte(), reader.byte()];
  reader.byte(); // revision
  if (major !== 1 || minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
    throw new PgSnapManError(
      'run_failed',
      `archives of pg_dump in format ${major}.${minor} are not known to this version of pgsnapman`,
      `formats 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR} are (pg_dump 9.0 to 18); a newer version of pgsnapman may know it`,
    );
  }
  reader.intSize = reader.byte();
  reader.byte(); // size of a file offset
  if (reader.byte() !== FORMAT_TAR) {
    throw new DamagedDumpError('the archive is not in directory format');
  }
  if (minor >= 15) reader.byte();
  else reader.int(); // compression: an algorithm, or a level
  const [second = 0, minute = 0, hour = 0, day = 1, month = 0, year = 0] = Array.from({ length: 7 }, () =>
    reader.int(),
  );
  const createdAt = new Date(Date.UTC(year + 1900, month, day, hour, minute, second));
  return {
    minor,
    createdAt,
    dbname: reader.string(),
    serverVersion: reader.string(),
    dumpVersion: reader.string(),
  };
}

function readEntry(reader: TocReader, minor: number): RawEntry {
  const dumpId = reader.int();
  const hadDumper = reader.int() !== 0;
  const tableOid = asciiNumber(reader.string());
  const oid = asciiNumber(reader.string());
  const tagAndDesc = [reader.string(), reader.string()];
  const section = SECTIONS[reader.int() - 1] ?? 'none';
  const [defn, dropStmt, copyStmt, namespace, tablespace] = Array.from({ length: 5 }, () => reader.string());
  const tableAccessMethod = minor >= 14 ? reader.string() : null;
  if (minor >= 16) reader.int(); // relation kind
  const owner = reader.string();
  reader.string(); // with OIDs: gone since Postgres 12
  const dependencies: number[] = [];
  for (let next = reader.string(); next !== null; next = reader.string()) dependencies.push(asciiNumber(next));
  const texts = [...tagAndDesc, defn, dropStmt, copyStmt, namespace, tablespace, tableAccessMethod, owner];
  const fileName = reader.string();
  return { dumpId, hadDumper, tableOid, oid, section, dependencies, texts: texts.map((t) => t ?? null), fileName };
}

function decodeEntry(raw: RawEntry, text: (value: RawText) => string, minor: number): TocEntry {
  const { texts, fileName: rawFileName, ...numbers } = raw;
  const [tag = '', desc = '', ...rest] = texts.map(text);
  const [defn = '', dropStmt = '', copyStmt = '', namespace = '', tablespace = '', tableAccessMethod = '', owner = ''] =
    rest;
  const written = text(rawFileName);
  if (written !== '' && !FILE_NAME.test(written)) {
    throw new DamagedDumpError('the table of contents of the dump names a file outside of it');
  }
  // Before 1.16 there was one list for all large objects, whatever the entry says.
  const fileName = desc === 'BLOBS' && minor < 16 ? 'blobs.toc' : written;
  return {
    ...numbers,
    tag,
    desc,
    defn,
    dropStmt,
    copyStmt,
    namespace,
    tablespace,
    tableAccessMethod,
    owner,
    fileName: fileName === '' ? null : fileName,
  };
}

/** The entry `ENCODING` holds `SET client_encoding = 'UTF8';`. */
function encodingOf(entries: readonly RawEntry[], ascii: (bytes: Uint8Array) => string): string {
  for (const { texts } of entries) {
    const [, desc, defn] = texts;
    if (desc && defn && ascii(desc) === 'ENCODING') return /'([^']*)'/.exec(ascii(defn))?.[1] ?? 'UTF8';
  }
  return 'UTF8';
}

function asciiNumber(bytes: RawText): number {
  return bytes === null ? 0 : Number(String.fromCharCode(...bytes));
}
