import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOwnName, keptName, stagingName, utf8Length } from '../../../../src/core/restore/staging-name.ts';

test('the name of a staging database is the target with our suffix', () => {
  expect(stagingName('shop', '0123abcd')).toBe('shop_pgsnapman_0123abcd');
});

test('a name of 63 bytes is cut, never within a character', () => {
  const target = `${'ö'.repeat(31)}x`;
  expect(utf8Length(target)).toBe(63);
  const name = stagingName(target, '0123abcd');
  expect(name).toBe(`${'ö'.repeat(22)}_pgsnapman_0123abcd`);
  expect(utf8Length(name)).toBeLessThanOrEqual(63);
});

test('characters outside of the basic plane are kept whole', () => {
  expect(stagingName('😀'.repeat(15), 'ffffffff')).toBe(`${'😀'.repeat(11)}_pgsnapman_ffffffff`);
});

test('whatever the target is called, the name fits, is ours, and starts as the target does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (target) => {
      const name = stagingName(target, '00000000');
      expect(utf8Length(name)).toBeLessThanOrEqual(63);
      expect(isOwnName(name)).toBe(true);
      expect(target.startsWith(name.slice(0, -'_pgsnapman_00000000'.length))).toBe(true);
    }),
  );
});

test('other names are not ours', () => {
  expect(isOwnName('pgsnapman')).toBe(false);
  expect(isOwnName('shop_pgsnapman')).toBe(false);
  expect(isOwnName('shop_pgsnapman_old_20260101')).toBe(true);
});

test('a random part that is not eight hexadecimal digits is a bug', () => {
  expect(() => stagingName('shop', 'XYZ')).toThrow('eight hexadecimal digits');
});

test('a replaced database is named after the target and the time, and never like one that is there', () => {
  const at = new Date('2026-03-01T02:03:04.567Z');
  expect(keptName('shop', 'old', at)).toBe('shop_pgsnapman_old_20260301_020304');
  expect(keptName('shop', 'undone', at, [{ name: 'shop_pgsnapman_undone_20260301_020304' }])).toBe(
    'shop_pgsnapman_undone_20260301_020304_2',
  );
  const long = keptName('😀'.repeat(15), 'old', at);
  expect(long).toBe(`${'😀'.repeat(8)}_pgsnapman_old_20260301_020304`);
  expect(utf8Length(long)).toBeLessThanOrEqual(63);
});
