import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowHash } from '../../../../src/worker/verify/row-hash.ts';

function hashOf(rows: readonly string[], pieces: number, end = ''): string {
  const hash = new RowHash();
  const bytes = Buffer.from(rows.map((row) => `${row}\n`).join('') + end);
  for (let at = 0; at < bytes.length; at += pieces) hash.update(bytes.subarray(at, at + pieces));
  return hash.digest();
}

const someRows = fc.array(fc.stringMatching(/^[a-c\t]{0,4}$/), { maxLength: 30 });

it('is the same for the same rows in any order and any pieces, with the end of a file or without', () => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: 1, max: 9 }), (rows, pieces) => {
      expect(hashOf(rows.toReversed(), pieces, '\\.\n\n\n')).toBe(hashOf([...rows].sort(), 1000));
    }),
  );
});

it('differs when a row is changed, is missing, or is there twice', () => {
  fc.assert(
    fc.property(someRows, fc.nat(), (rows, place) => {
      const at = place % (rows.length + 1);
      const more = [...rows.slice(0, at), 'x', ...rows.slice(at)];
      expect(hashOf(more, 7)).not.toBe(hashOf(rows, 7));
      expect(hashOf([...more, 'x'], 7)).not.toBe(hashOf([...more, 'y'], 7));
    }),
  );
});

it('adds up several files', () => {
  const hash = new RowHash();
  for (const text of ['b\n\\.\n\n\n', 'a\n\\.\n\n\n']) {
    hash.update(Buffer.from(text));
    hash.next();
  }
  expect(hash.digest()).toBe(hashOf(['a', 'b'], 100));
});
