import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseToc } from '../../../../src/core/postgres/toc.ts';
import { changeEntry } from '../../../../src/core/restore/archive-changes.ts';
import { rewriteToc } from '../../../../src/core/restore/rewrite-toc.ts';
import { entry } from './parts.ts';
import { tocBytes } from './toc-bytes.ts';

const encoding = (name: string) =>
  entry('ENCODING', 'ENCODING', { defn: `SET client_encoding = '${name}';\n`, owner: '' });
const changes = (roles: Record<string, string>, tablespaces: Record<string, string> = {}) => ({
  roles: new Map(Object.entries(roles)),
  tablespaces: new Map(Object.entries(tablespaces)),
});

describe.each([12, 13, 14, 15, 16])('archive version 1.%i', (minor) => {
  test('what is changed is changed, all else stays byte for byte', () => {
    const entries = [
      encoding('UTF8'),
      entry('TABLE', 'a\n"b', { owner: 'boss', tablespace: 'fast', defn: 'CREATE TABLE …', dependencies: [3, 4] }),
      entry('ACL', 'TABLE x', { owner: 'app', defn: 'GRANT SELECT ON TABLE s.x TO boss;\n', section: 'none' }),
      entry('TABLE DATA', 'x', { hadDumper: true, section: 'data', fileName: '12.dat', owner: 'app' }),
    ];
    const wanted = changes({ boss: 'Nëuer "Chef"' }, { fast: '' });
    const result = rewriteToc(tocBytes(entries, minor), (found) => changeEntry(found, wanted));
    const expected = entries.map((found) => ({ ...found, ...changeEntry(found, wanted) }));
    expect([...result]).toEqual([...tocBytes(expected, minor)]);
    expect(parseToc(result).entries.map(({ owner }) => owner)).toEqual(['', 'Nëuer "Chef"', 'app', 'app']);
    expect(parseToc(result).entries[2]?.defn).toBe('GRANT SELECT ON TABLE s.x TO "Nëuer ""Chef""";\n');
  });

  test('nothing to change gives the same bytes', () => {
    const bytes = tocBytes([encoding('UTF8'), entry('TABLE', 'a')], minor);
    expect([...rewriteToc(bytes, () => null)]).toEqual([...bytes]);
  });
});

test('whatever the texts are, the result reads as the changed entries', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(fc.array(fc.record({ defn: texts, owner: texts, tablespace: texts }), { maxLength: 5 }), (parts) => {
      const entries = [encoding('UTF8'), ...parts.map((part) => entry('TABLE', 't', part))];
      const result = rewriteToc(tocBytes(entries, 14), ({ owner }) => ({ owner: `${owner}!`, defn: '' }));
      expect(parseToc(result).entries.map(({ owner, defn }) => [owner, defn])).toEqual(
        entries.map(({ owner }) => [`${owner}!`, '']),
      );
    }),
  );
});

test('in other encodings only ASCII texts can be put in', () => {
  const bytes = tocBytes([encoding('LATIN1'), entry('TABLE', 'a', { owner: 'boss' })], 14);
  expect(parseToc(rewriteToc(bytes, () => ({ owner: 'app' }))).entries[1]?.owner).toBe('app');
  expect(() => rewriteToc(bytes, () => ({ owner: 'ö' }))).toThrow('an archive in LATIN1');
});
