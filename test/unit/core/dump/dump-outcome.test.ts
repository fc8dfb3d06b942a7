import { describe, expect, it } from 'vitest';
import { type DumpEvidence, decideDumpOutcome } from '../../../../src/core/dump/dump-outcome.ts';
import type { StoredFile } from '../../../../src/core/manifest/manifest.ts';

const stored = (
  path: string,
  role: StoredFile['role'],
  size_bytes: number,
  rows: number | null = null,
): StoredFile => ({
  path,
  role,
  size_bytes,
  rows,
  sha256: '0'.repeat(64),
});

const evidence = (changes: Partial<DumpEvidence> = {}): DumpEvidence => ({
  exitCode: 0,
  expected: [
    { path: 'toc.dat', role: 'toc' },
    { path: '1.dat', role: 'table_data' },
    { path: 'blobs.toc', role: 'large_object_toc' },
    { path: 'blob_7.dat', role: 'large_object' },
  ],
  stored: [
    stored('toc.dat', 'toc', 100),
    stored('1.dat', 'table_data', 9, 2),
    stored('blobs.toc', 'large_object_toc', 0),
    stored('blob_7.dat', 'large_object', 0),
  ],
  warnings: [],
  ...changes,
});

const withoutFile = (path: string) => evidence({ stored: evidence().stored.filter((file) => file.path !== path) });

describe('the outcome of a dump', () => {
  it('is ok when pg_dump ended with 0 and every file is stored; large objects may be empty', () => {
    expect(decideDumpOutcome(evidence())).toEqual({ outcome: 'ok', reasons: [] });
  });

  it('is ok with warnings when something is to be said', () => {
    expect(decideDumpOutcome(evidence({ warnings: ['left out: x'] }))).toEqual({
      outcome: 'ok_with_warnings',
      reasons: ['left out: x'],
    });
  });

  it.each([1, 2, null])('is failed with exit code %j, whatever is there', (exitCode) => {
    expect(decideDumpOutcome(evidence({ exitCode })).outcome).toBe('failed');
  });

  it.each(['toc.dat', '1.dat', 'blobs.toc', 'blob_7.dat'])('is failed when %s is missing', (path) => {
    expect(decideDumpOutcome(withoutFile(path))).toEqual({
      outcome: 'failed',
      reasons: [`file ${path} of the dump is missing`],
    });
  });

  it('is failed when a table has an empty file, or rows that nobody counted', () => {
    const empty = evidence().stored.map((file) => (file.path === '1.dat' ? { ...file, size_bytes: 0 } : file));
    expect(decideDumpOutcome(evidence({ stored: empty })).reasons).toEqual(['file 1.dat of the dump is empty']);
    const uncounted = evidence().stored.map((file) => (file.path === '1.dat' ? { ...file, rows: null } : file));
    expect(decideDumpOutcome(evidence({ stored: uncounted })).outcome).toBe('failed');
  });

  it('is failed without a table of contents, also with nothing else amiss', () => {
    expect(decideDumpOutcome(evidence({ expected: [], stored: [] })).outcome).toBe('failed');
  });
});
