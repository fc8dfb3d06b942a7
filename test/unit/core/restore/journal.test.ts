import { describe, expect, test } from 'vitest';
import { decideHealing, decideReplaced, type Journal, journalSchema } from '../../../../src/core/restore/journal.ts';

const journal = (change: Partial<Journal>): Journal =>
  journalSchema.parse({
    format: 1,
    run_uuid: '01890000-0000-7000-8000-000000000001',
    instance: {
      name: 'i',
      host: 'h',
      port: 1,
      username: null,
      service: null,
      sslmode: null,
      maintenance_db: 'postgres',
    },
    target: 'shop',
    staging: 'shop_pgsnapman_0123abcd',
    step: 'created',
    staging_oid: 100,
    roles: [],
    give_back: [],
    result: null,
    ...change,
  });

const shop = { name: 'shop', oid: 50 };

test('a run that had only begun has nothing to drop', () => {
  const started = journal({ step: 'started', staging_oid: null });
  expect(decideHealing(started, [shop, { name: started.staging, oid: 7 }])).toMatchObject({ action: 'nothing' });
});

test('a database of the unique name is dropped when its OID could not be written any more', () => {
  const creating = journal({ step: 'creating', staging_oid: null });
  expect(decideHealing(creating, [shop, { name: creating.staging, oid: 7 }])).toEqual({ action: 'drop', oid: 7 });
  expect(decideHealing(creating, [shop])).toMatchObject({ action: 'nothing', reason: 'no database' });
});

test('the database of the OID is dropped as long as it has our name', () => {
  for (const step of ['created', 'renaming'] as const) {
    const found = [shop, { name: 'shop_pgsnapman_0123abcd', oid: 100 }];
    expect(decideHealing(journal({ step }), found)).toEqual({ action: 'drop', oid: 100 });
  }
});

test('a database that only has our name, not our OID, is never dropped', () => {
  const found = [{ name: 'shop_pgsnapman_0123abcd', oid: 101 }];
  expect(decideHealing(journal({}), found)).toMatchObject({ action: 'nothing', reason: 'no database' });
});

test('the database of the OID that has the name of the target is the finished restore', () => {
  expect(decideHealing(journal({ step: 'renaming' }), [{ name: 'shop', oid: 100 }])).toEqual({ action: 'finished' });
});

test('a target of that name with another OID is somebody else', () => {
  expect(decideHealing(journal({ step: 'renaming' }), [shop])).toMatchObject({ action: 'nothing' });
});

test('a database that somebody has renamed is left alone', () => {
  expect(decideHealing(journal({}), [{ name: 'rescued', oid: 100 }])).toEqual({
    action: 'nothing',
    reason: 'not ours any more',
    name: 'rescued',
  });
});

describe('the database that is replaced', () => {
  const kept = { name: 'shop_pgsnapman_old_20260101_000000', oid: 50 };
  const replaced = (way: 'rename' | 'drop' | 'drop_before') =>
    journal({ replaced: { way, oid: 50, kept_as: kept.name }, step: 'renaming' });

  test('is left alone while it has its name, or when it is gone', () => {
    expect(decideReplaced(replaced('drop'), [shop], false)).toEqual({ action: 'nothing' });
    expect(decideReplaced(replaced('drop'), [], true)).toEqual({ action: 'nothing' });
    expect(decideReplaced(journal({}), [shop], true)).toEqual({ action: 'nothing' });
  });

  test('is dropped after the swap, unless it is to be kept', () => {
    const now = [kept, { name: 'shop', oid: 100 }];
    expect(decideReplaced(replaced('rename'), now, true)).toEqual({ action: 'nothing' });
    expect(decideReplaced(replaced('drop'), now, true)).toEqual({ action: 'drop', oid: 50 });
  });

  test('gets its name back when nothing took its place', () => {
    expect(decideReplaced(replaced('drop_before'), [kept], false)).toEqual({ action: 'give back', oid: 50 });
    expect(decideReplaced(replaced('drop_before'), [kept, { name: 'shop', oid: 7 }], false)).toEqual({
      action: 'nothing',
    });
  });

  test('is never another one that has its new name', () => {
    expect(decideReplaced(replaced('drop'), [{ ...kept, oid: 51 }], true)).toEqual({ action: 'nothing' });
  });
});
