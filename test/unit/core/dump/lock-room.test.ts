import { describe, expect, test } from 'vitest';
import { advisedLocks, lockHint, locksSuffice } from '../../../../src/core/dump/lock-room.ts';

const room = (tables: number, locksPerTransaction = 64, transactions = 100) => ({
  tables,
  locksPerTransaction,
  transactions,
});

describe('room for the locks of a dump', () => {
  test.each([
    [0, true],
    [5_000, true],
    [6_400, false],
    [10_000, false],
  ])('at the default settings, %d tables: %s', (tables, enough) => {
    expect(locksSuffice(room(tables))).toBe(enough);
  });

  test.each([room(6_000), room(10_000), room(1_000_000), room(300, 10, 20), room(50, 10, 0)])(
    'what is advised for %o is more than there is, and suffices',
    (given) => {
      const advised = advisedLocks(given);
      expect(advised).toBeGreaterThan(given.locksPerTransaction);
      expect(locksSuffice({ ...given, locksPerTransaction: advised, transactions: given.transactions || 1 })).toBe(
        true,
      );
    },
  );

  test('a database that is not the one that was dumped gives no number', () => {
    expect(lockHint(room(3))).toBe(lockHint(null));
    expect(lockHint(room(10_000))).toContain('max_locks_per_transaction = 192');
  });
});
