import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseToc, type Toc } from '../../../../src/core/postgres/toc.ts';
import { TocWriter, type WrittenEntry } from './toc-writer.ts';

const recorded = (version: string) => readFileSync(new URL(`recorded/toc-${version}.dat`, import.meta.url));
const find = (toc: Toc, desc: string, tag: string) => toc.entries.find((e) => e.desc === desc && e.tag === tag);

const ENTRIES: WrittenEntry[] = [
  { dumpId: 1, desc: 'ENCODING', tag: 'ENCODING', defn: "SET client_encoding = 'UTF8';\n" },
  {
    dumpId: 2,
    tableOid: 1259,
    oid: 4_294_967_295,
    desc: 'TABLE',
    tag: 't "ü"\n',
    namespace: 'a.b',
    owner: 'joe',
    tablespace: 'fast',
  },
  {
    dumpId: 3,
    desc: 'TABLE DATA',
    tag: 't "ü"\n',
    namespace: 'a.b',
    section: 'data',
    hadDumper: true,
    fileName: '3.dat',
    copyStmt: 'COPY …',
    dependencies: [2, 1],
  },
];

describe('the table of contents of a directory dump', () => {
  it('is read as pg_dump 15 wrote it', () => {
    const toc = parseToc(recorded('1.14'));
    expect(toc).toMatchObject({
      version: '1.14',
      encoding: 'UTF8',
      dbname: 'dump_try',
      dumpVersion: '15.18 (Debian 15.18-0+deb12u1)',
    });
    expect(toc.entries).toHaveLength(22);
    const table = find(toc, 'TABLE', 'a.b\nc');
    expect(table).toMatchObject({
      namespace: 'We"ird ü',
      section: 'pre-data',
      tableAccessMethod: 'heap',
      fileName: null,
    });
    const data = find(toc, 'TABLE DATA', 'a.b\nc');
    expect(data).toMatchObject({ hadDumper: true, section: 'data', fileName: '3361.dat', owner: 'pgsnapman' });
    expect(data?.copyStmt).toContain('COPY "We""ird ü"."a.b\nc"');
    expect(data?.dependencies).toEqual([table?.dumpId]);
    expect(find(toc, 'BLOBS', 'BLOBS')?.fileName).toBe('blobs.toc');
  });

  it('is read as pg_dump 18 wrote it', () => {
    const toc = parseToc(recorded('1.16'));
    expect(toc).toMatchObject({ version: '1.16', serverVersion: '18.3', dumpVersion: '18.3' });
    expect(find(toc, 'TABLE DATA', 'part_a')).toMatchObject({ namespace: 'public', fileName: '2594.dat' });
    expect(find(toc, 'BLOBS', '70001..70002')).toMatchObject({
      fileName: 'blobs_2599.toc',
      dependencies: [2598, 2600],
    });
    expect(find(toc, 'MATERIALIZED VIEW DATA', 'mv')?.section).toBe('post-data');
  });

  it.each([12, 13, 14, 15, 16])('of format 1.%i comes back as it was written', (minor) => {
    const toc = parseToc(TocWriter.file(minor, ENTRIES));
    expect(toc.version).toBe(`1.${minor}`);
    expect(toc.createdAt).toEqual(new Date('2026-01-02T03:04:05Z'));
    for (const [index, entry] of ENTRIES.entries()) {
      expect(toc.entries[index]).toMatchObject({ section: 'pre-data', hadDumper: false, fileName: null, ...entry });
    }
  });

  it('is decoded in the encoding that it names', () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const entries = [
      { dumpId: 1, desc: 'ENCODING', tag: 'ENCODING', defn: "SET client_encoding = 'LATIN1';\n" },
      { dumpId: 2, desc: 'TABLE', tag: 'Größe' },
    ];
    const toc = parseToc(TocWriter.file(14, entries, latin1));
    expect(toc.encoding).toBe('LATIN1');
    expect(toc.entries[1]?.tag).toBe('Größe');
  });

  it.each([
    [17, '1.17'],
    [11, '1.11'],
  ])('of format 1.%i is refused by a sentence that names it', (minor, name) => {
    expect(() => parseToc(TocWriter.file(minor, ENTRIES))).toThrow(
      `archives of pg_dump in format ${name} are not known to this version of pgsnapman`,
    );
  });

  it('that is cut short anywhere is refused, never read in part', () => {
    const whole = recorded('1.14');
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => parseToc(whole.subarray(0, length))).toThrow('the table of contents of the dump');
    }
    expect(() => parseToc(Buffer.concat([whole, Buffer.from([0])]))).toThrow('has a tail');
  });

  it('cannot name a file outside of the dump', () => {
    for (const fileName of ['../evil.dat', '/etc/passwd', '..', '.hidden', 'a/b.dat', 'a\0b']) {
      const entries = [{ dumpId: 1, desc: 'TABLE DATA', tag: 't', fileName }];
      expect(() => parseToc(TocWriter.file(14, entries))).toThrow('names a file outside of it');
    }
  });
});
