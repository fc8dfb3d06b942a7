import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dumpContent } from '../../../../src/core/dump/dump-content.ts';
import type { StoredFile } from '../../../../src/core/manifest/manifest.ts';
import { parseToc } from '../../../../src/core/postgres/toc.ts';
import { shopFacts } from './shop-facts.ts';

const toc = parseToc(readFileSync(new URL('../postgres/recorded/toc-1.16.dat', import.meta.url)));
const file = (path: string, role: StoredFile['role'], rows: number | null): StoredFile => ({
  path,
  role,
  rows,
  size_bytes: 100,
  sha256: '0'.repeat(64),
});

describe('what is in a dump', () => {
  const content = dumpContent(
    toc,
    [
      file('2593.dat', 'table_data', 1),
      file('2594.dat', 'table_data', 4),
      file('blob_70001.dat', 'large_object', null),
    ],
    shopFacts(),
  );

  it('is every table with its rows and bytes; those without data of their own have none', () => {
    expect(content.tables).toEqual([
      { schema: 'We"ird ü', name: 'a.b\nc', rows: 1, bytes: 100 },
      { schema: 'public', name: 'empty', rows: 0, bytes: 0 },
      { schema: 'public', name: 'part', rows: 0, bytes: 0 },
      { schema: 'public', name: 'part_a', rows: 4, bytes: 100 },
      { schema: 'public', name: 'zero', rows: 0, bytes: 0 },
    ]);
  });

  it('is its schemas, the roles that it needs, and large objects; extensions only if the dump creates them', () => {
    expect(content).toMatchObject({
      schemas: ['We"ird ü', 'public'],
      roles: ['postgres', 'shop_owner'],
      large_objects: 1,
      extensions: [],
    });
  });
});
