import { expect, test } from 'vitest';
import { storable } from '../../../src/sql/catalog/storable.ts';

test('texts lose what Postgres cannot store, everything else stays', () => {
  const time = new Date(0);
  expect(storable({ a: 'x\0y', b: ['\ud800', 1, null], c: { d: 'ünïcode 🐘' }, time, e: true })).toEqual({
    a: 'xy',
    b: ['\ufffd', 1, null],
    c: { d: 'ünïcode 🐘' },
    time,
    e: true,
  });
});
