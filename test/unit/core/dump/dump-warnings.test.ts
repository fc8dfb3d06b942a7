import { describe, expect, it } from 'vitest';
import { dumpWarnings } from '../../../../src/core/dump/dump-warnings.ts';

describe('the warnings of a dump', () => {
  it('are what was left out, and the first lines of warnings of pg_dump and the server, each once', () => {
    const lines = [
      'pg_dump: warning: there are circular foreign-key constraints on this table:',
      'pg_dump: detail: t',
      'WARNING:  database "x" has a collation version mismatch',
      'DETAIL:  secret',
      'WARNING:  database "x" has a collation version mismatch',
      'pg_dump: dumping contents of table "warning: x"',
    ];
    expect(dumpWarnings(['left out'], lines, ['about tools'])).toEqual([
      'left out',
      'pg_dump: there are circular foreign-key constraints on this table:',
      'pg_dump: database "x" has a collation version mismatch',
      'about tools',
    ]);
  });

  it('do not say twice that subscriptions are missing', () => {
    const line = 'pg_dump: warning: subscriptions not dumped because current user is not a superuser';
    expect(dumpWarnings(['subscription "s" is not in the dump: …'], [line], [])).toHaveLength(1);
    expect(dumpWarnings([], [line], [])).toHaveLength(1);
  });
});
