import { expect, test } from 'vitest';
import { decideHealing, type Journal, journalSchema } from '../../../../src/core/restore/journal.ts';

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
