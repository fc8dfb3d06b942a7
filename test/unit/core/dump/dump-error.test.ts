import { describe, expect, it } from 'vitest';
import { explainDumpFailure, type FailedDump, isLockLostInBetween } from '../../../../src/core/dump/dump-error.ts';

const failed = (lines: string[], changes: Partial<FailedDump> = {}): FailedDump => ({
  exitCode: 1,
  signal: null,
  startError: null,
  lines,
  user: 'backup "x"',
  serverVersionNum: 150_018,
  lockRoom: { locksPerTransaction: 64, transactions: 100, tables: 10_000 },
  toolVersion: '15.18',
  waiting: null,
  ...changes,
});

/** What pg_dump wrote, its chatter included; what is told; what the hint holds. */
const RECORDED: [name: string, lines: string[], message: string, hint: string][] = [
  [
    'no permission for a schema',
    [
      'pg_dump: reading schemas',
      'pg_dump: error: query failed: ERROR:  permission denied for schema s',
      'pg_dump: detail: Query was: LOCK TABLE s."T x" IN ACCESS SHARE MODE',
    ],
    'role "backup ""x""" has no permission for schema s',
    'grant pg_read_all_data to "backup ""x"""',
  ],
  [
    'no permission for a table, as pg_dump 13 says it',
    [
      'pg_dump: error: query failed: ERROR:  permission denied for table t',
      'pg_dump: error: query was: LOCK TABLE public.t IN ACCESS SHARE MODE',
    ],
    'role "backup ""x""" has no permission for table t',
    'pg_read_all_data',
  ],
  [
    'a large object of somebody else',
    ['pg_dump: error: could not open large object 18265: ERROR:  permission denied for large object 18265'],
    'role "backup ""x""" may not read large object 18265',
    'grant select on large object 18265',
  ],
  [
    'row-level security',
    [
      'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "r"',
      'pg_dump: detail: Query was: COPY public.r (a) TO stdout;',
    ],
    'row-level security of table "r" would keep rows from the dump',
    'bypassrls',
  ],
  [
    'a lock that was not given',
    [
      'pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout',
      'pg_dump: detail: Query was: LOCK TABLE s."T x" IN ACCESS SHARE MODE',
    ],
    'pg_dump did not get its lock in time: it waited for a lock on s."T x"',
    'lock_wait_timeout',
  ],
  [
    'a lock lost to somebody who asked in between',
    ['pg_dump: error: could not obtain lock on relation "public.t"', 'pg_dump: hint: This usually means …'],
    'somebody asked for an exclusive lock on table "public.t" while it was dumped',
    'parallel 1',
  ],
  [
    'too few locks on the server',
    [
      'pg_dump: error: query failed: ERROR:  out of shared memory',
      'HINT:  You might need to increase max_locks_per_transaction.',
    ],
    'the server has not enough room for the locks of a dump, one for each table',
    'set max_locks_per_transaction = 192 on the server, and restart it: it is 64, and there are 10000 tables',
  ],
  [
    'a full disk here',
    ['pg_dump: error: could not write to output file: No space left on device'],
    'no space left on device while pg_dump wrote into the staging folder',
    'root directory',
  ],
  [
    'a full disk on the server',
    ['pg_dump: error: query failed: ERROR:  could not write to file "base/pgsql_tmp/x": No space left on device'],
    'the server has no space left on device',
    'disk of the server',
  ],
  [
    'a server that is newer',
    [
      'pg_dump: error: aborting because of server version mismatch',
      'pg_dump: detail: server version: 16.14; pg_dump version: 15.18 (Debian 15.18-0+deb12u1)',
    ],
    'pg_dump 15.18 is too old for the server, which has version 16.14',
    'PostgreSQL 16',
  ],
  [
    'a database that is not there',
    [
      'pg_dump: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  database "no such" does not exist',
    ],
    'database "no such" does not exist',
    'upper and lower case',
  ],
  [
    'a wrong password',
    [
      'pg_dump: error: connection to server at "db1", port 5432 failed: FATAL:  password authentication failed for user "x"',
    ],
    'login of role "backup ""x""" was refused: password authentication failed',
    '.pgpass',
  ],
  [
    'a server that is down',
    [
      'pg_dump: error: connection to server at "db1" (10.0.0.1), port 5432 failed: Connection refused',
      '\tIs the server running?',
    ],
    'pg_dump could not connect: Connection refused',
    'check that the server runs',
  ],
  [
    'a session that somebody ended',
    [
      'pg_dump: error: Dumping the contents of table "big" failed: PQgetResult() failed.',
      'pg_dump: detail: Error message from server: FATAL:  terminating connection due to administrator command',
    ],
    'the connection of pg_dump to the server was lost: terminating connection due to administrator command',
    'network',
  ],
  [
    'a schema that is not there',
    ['pg_dump: error: no matching schemas were found for pattern ""no*""'],
    'there are no schemas "no*" in the database',
    'names in the job',
  ],
  [
    'an option that this version does not have',
    [
      "/pg/bin/pg_dump: unrecognized option '--no-policies'",
      'pg_dump: hint: Try "pg_dump --help" for more information.',
    ],
    "pg_dump 15.18 does not know option '--no-policies'",
    'newer client programs',
  ],
  [
    'the end of the session with the snapshot',
    ['pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "0000-1"'],
    'the session that holds the snapshot of the dump has ended',
    'log of the server',
  ],
  [
    'something dropped meanwhile',
    ['pg_dump: error: query failed: ERROR:  cache lookup failed for index 16400'],
    'something was dropped or altered while it was dumped: cache lookup failed for index 16400',
    'again',
  ],
  [
    'damage on the server',
    ['pg_dump: detail: Error message from server: ERROR:  invalid page in block 7 of relation base/1/2'],
    'the server cannot read its own data: invalid page in block 7 of relation base/1/2',
    'keep the dumps',
  ],
  [
    'a process of pg_dump that died',
    ['pg_dump: error: a worker process died unexpectedly'],
    'a process of pg_dump died',
    'out-of-memory',
  ],
  ['anything else', ['pg_dump: error: the moon is full'], 'pg_dump failed: the moon is full', 'log'],
  ['nothing said', [], 'pg_dump failed with exit code 1', 'log'],
];

describe('why pg_dump failed', () => {
  it.each(RECORDED)('is told for %s', (_name, lines, message, hint) => {
    const explained = explainDumpFailure(failed(lines));
    expect(explained.message).toBe(message);
    expect(explained.hint).toContain(hint);
  });

  it('names the grants that an older server has', () => {
    const lines = ['pg_dump: error: query failed: ERROR:  permission denied for table t'];
    expect(explainDumpFailure(failed(lines, { serverVersionNum: 130_005 })).hint).toContain('select on all its tables');
  });

  it('names who held the lock, if that was seen', () => {
    const lines = [
      'pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout',
      'pg_dump: detail: Query was: LOCK TABLE a.b, c.d IN ACCESS SHARE MODE',
    ];
    const waiting = 'for a lock on c.d, held by process 42';
    expect(explainDumpFailure(failed(lines, { waiting })).message).toContain(waiting);
  });

  it('is a signal when it did not speak', () => {
    const { message } = explainDumpFailure(
      failed(['pg_dump: dumping contents of table "a"'], { exitCode: null, signal: 'SIGKILL' }),
    );
    expect(message).toBe('pg_dump was ended by signal SIGKILL');
  });

  it('is why it could not be started', () => {
    expect(explainDumpFailure(failed([], { startError: 'EACCES' })).message).toBe(
      'pg_dump could not be started: EACCES',
    );
  });

  it('is not read from names of tables in its chatter', () => {
    const lines = [
      'pg_dump: dumping contents of table "public.No space left on device"',
      'pg_dump: finished item 3 TABLE DATA out of shared memory',
      'pg_dump: error: something else',
    ];
    expect(explainDumpFailure(failed(lines)).message).toBe('pg_dump failed: something else');
  });

  it('is one line of plain text, not too long', () => {
    const lines = [`pg_dump: error: no matching tables were found for pattern "a\u001b[31m\nb${'x'.repeat(1000)}"`];
    const { message } = explainDumpFailure(failed(lines));
    expect(message).not.toMatch(/[\x00-\x1f]/);
    expect(message.length).toBeLessThanOrEqual(400);
  });
});

describe('a parallel dump', () => {
  it('is tried again only if it lost a lock', () => {
    expect(isLockLostInBetween(['pg_dump: error: could not obtain lock on relation "t"'])).toBe(true);
    expect(isLockLostInBetween(['pg_dump: dumping contents of table "could not obtain lock on relation"'])).toBe(false);
  });
});
