import { describe, expect, it } from 'vitest';
import { commandTag, describeWaiting, type Waiting } from '../../../../src/core/dump/waiting.ts';

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
    expect(describeWaiting(waiting({ relation: 's."T x"', blockers }))).toBe(
      'for a lock on s."T x", held by process 42 (user "joe", application "psql", lock, idle in transaction), process 43',
    );
  });

  it('is its connection, or whatever the server calls it', () => {
    expect(describeWaiting(waiting({ waitType: 'Client', waitEvent: 'ClientWrite' }))).toBe(
      'for the connection to the worker',
    );
    expect(describeWaiting(waiting({ waitType: 'IPC', waitEvent: 'SyncRep' }))).toBe('for IPC/SyncRep');
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
