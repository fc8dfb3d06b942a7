import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archiveFiles, largeObjectLists } from '../../../../src/core/dump/archive-files.ts';
import { parseLargeObjectList } from '../../../../src/core/dump/large-object-list.ts';
import { parseToc } from '../../../../src/core/postgres/toc.ts';

const toc = (version: string) =>
  parseToc(readFileSync(new URL(`../postgres/recorded/toc-${version}.dat`, import.meta.url)));

describe('the files of a directory dump', () => {
  it('are those of pg_dump 15, with one list of large objects', () => {
    expect(largeObjectLists(toc('1.14'))).toEqual(['blobs.toc']);
    const files = archiveFiles(toc('1.14'), ['17030 blob_17030.dat\n17031 blob_17031.dat\n']);
    expect(files).toEqual([
      { path: 'toc.dat', role: 'toc' },
      { path: '3361.dat', role: 'table_data' },
      { path: '3364.dat', role: 'table_data' },
      { path: '3363.dat', role: 'table_data' },
      { path: '3362.dat', role: 'table_data' },
      { path: 'blobs.toc', role: 'large_object_toc' },
      { path: 'blob_17030.dat', role: 'large_object' },
      { path: 'blob_17031.dat', role: 'large_object' },
    ]);
  });

  it('are those of pg_dump 18, with a list for each group of large objects', () => {
    expect(largeObjectLists(toc('1.16'))).toEqual(['blobs_2599.toc']);
    expect(archiveFiles(toc('1.16'), ['70001 blob_70001.dat\n']).map((file) => file.path)).toContain('blob_70001.dat');
  });
});

describe('a list of large objects', () => {
  it('may be empty', () => {
    expect(parseLargeObjectList('')).toEqual([]);
  });

  it.each(['17030 blob_17030.dat', '17030 ../x\n', '17030\n', 'blob_1.dat\n', '17030 blob_17030.dat\n\n'])(
    '%j is refused',
    (text) => expect(() => parseLargeObjectList(text)).toThrow('is not complete'),
  );
});
