import { describe, expect, it } from 'vitest';
import { commandTag, describeWaits, type Waiting } from '../../../../src/core/dump/waiting.ts';

const waiting = (changes: Partial<Waiting>): Waiting => ({
  relation: null,
  waitType: 'Lock',
  waitEvent: 'relation',
  blockers: [],
  ...changes,
});

describe('what a dump waits for', () => {
  it('is a lock, with whoever holds it', () => {
    const blockers = [
      { pid: 42, user: 'joe', application: 'psql', command: 'lock', state: 'idle in transaction' },
      { pid: 43, user: null, application: '', command: null, state: null },
    ];
    expect(describeWaits([waiting({ relation: 's."T x"', blockers })])).toBe(
      'for a lock on s."T x", held by process 42 (user "joe", application "psql", lock, idle in transaction), process 43',
    );
  });

  it('is its connection, or whatever the server calls it', () => {
    expect(describeWaits([waiting({ waitType: 'Client', waitEvent: 'ClientWrite' })])).toBe(
      'for the connection to the worker',
    );
    expect(describeWaits([waiting({ waitType: 'IPC', waitEvent: 'SyncRep' })])).toBe('for IPC/SyncRep');
  });
});

describe('what several sessions wait for', () => {
  const client = waiting({ waitType: 'Client', waitEvent: 'ClientRead' });
  const disk = waiting({ waitType: 'IO', waitEvent: 'DataFileRead' });

  it('is the lock that one of them wants, then whatever is not the worker itself', () => {
    expect(describeWaits([client, disk, waiting({}), null])).toBe('for a lock');
    expect(describeWaits([client, null, disk])).toBe('for IO/DataFileRead');
    expect(describeWaits([null, client])).toBe('for the connection to the worker');
  });

  it('is nothing when none of them waits', () => {
    expect(describeWaits([null])).toBeNull();
    expect(describeWaits([])).toBeNull();
  });
});

describe('a statement of somebody else', () => {
  it.each([
    ["update t set password = 'secret'", 'update'],
    ['  /* hi */ -- there\n SELECT 1', 'select'],
    ['<insufficient privilege>', null],
    ['', null],
    [null, null],
  ])('%j is cut down to %j', (query, tag) => expect(commandTag(query)).toBe(tag));
});
