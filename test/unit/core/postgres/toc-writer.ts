import type { TocEntry } from '../../../../src/core/postgres/toc.ts';

export type WrittenEntry = Partial<TocEntry> & { dumpId: number };

/** Writes a table of contents as pg_dump does, for versions of the format of which there is no recorded one. */
export class TocWriter {
  private readonly bytes: number[] = [];
  private readonly minor: number;

  constructor(minor: number) {
    this.minor = minor;
  }

  int(value: number): this {
    this.bytes.push(value < 0 ? 1 : 0);
    for (let i = 0, rest = Math.abs(value); i < 4; i++, rest = Math.floor(rest / 256)) this.bytes.push(rest % 256);
    return this;
  }

  text(value: string | Uint8Array | null): this {
    if (value === null) return this.int(-1);
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.int(bytes.length).bytes.push(...bytes);
    return this;
  }

  header(): this {
    this.bytes.push(...Buffer.from('PGDMP'), 1, this.minor, 0, 4, 8, 3);
    if (this.minor >= 15) this.bytes.push(0);
    else this.int(0);
    for (const part of [5, 4, 3, 2, 0, 126, -1]) this.int(part);
    return this.text('db').text('16.2').text('16.14');
  }

  entry(entry: WrittenEntry, encode: (text: string) => Uint8Array = (text) => Buffer.from(text)): this {
    const text = (value: string | undefined) => this.text(encode(value ?? ''));
    this.int(entry.dumpId).int(entry.hadDumper ? 1 : 0);
    this.text(String(entry.tableOid ?? 0)).text(String(entry.oid ?? 0));
    text(entry.tag);
    text(entry.desc);
    this.int(['none', 'pre-data', 'data', 'post-data'].indexOf(entry.section ?? 'pre-data') + 1);
    for (const value of [entry.defn, entry.dropStmt, entry.copyStmt, entry.namespace, entry.tablespace]) text(value);
    if (this.minor >= 14) text(entry.tableAccessMethod);
    if (this.minor >= 16) this.int(114);
    text(entry.owner);
    this.text('false');
    for (const id of entry.dependencies ?? []) this.text(String(id));
    return this.text(null).text(entry.fileName ?? '');
  }

  /** A whole file. */
  static file(minor: number, entries: readonly WrittenEntry[], encode?: (text: string) => Uint8Array): Buffer {
    const writer = new TocWriter(minor).header().int(entries.length);
    for (const entry of entries) writer.entry(entry, encode);
    return Buffer.from(writer.bytes);
  }
}
