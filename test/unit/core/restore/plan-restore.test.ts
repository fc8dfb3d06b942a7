import { describe, expect, test } from 'vitest';
import type { Instance, RestoreJob } from '../../../../src/core/model/configuration.ts';
import type { TocEntry } from '../../../../src/core/postgres/toc.ts';
import { planRestore } from '../../../../src/core/restore/plan-restore.ts';
import type { RestoreQuestion } from '../../../../src/core/restore/restore-question.ts';
import { instanceOf, restoreJobOf } from '../../../support/catalog-rows.ts';
import { BOSS, database, entry, existing, facts, manifest, ORDINARY, role, surroundings, target } from './parts.ts';

const ADDRESS = { instance: { host: 'db2', port: 5432, username: 'root' } };
const there: Instance = instanceOf(ADDRESS, 2, { name: 'test' });

function question(change: Partial<RestoreQuestion> = {}, entries: TocEntry[] = [], job: Partial<RestoreJob> = {}) {
  return {
    job: restoreJobOf(there, 'copy', job),
    destination: there,
    manifest: manifest(),
    facts: facts(),
    toc: {
      version: '1.14',
      entries,
      encoding: 'UTF8',
      dbname: 'shop',
      serverVersion: '15.18',
      dumpVersion: '15.18',
      createdAt: new Date(0),
    },
    files: [],
    target: target(),
    tool: { major: 18, minor: 99, text: '18.99', num: 180_099 },
    staging: 'copy_pgsnapman_0123abcd',
    surroundings: surroundings(),
    inside: null,
    ...change,
  } satisfies RestoreQuestion;
}

const refusals = (...parts: Parameters<typeof question>) =>
  planRestore(question(...parts)).refusals.map(({ sentence }) => sentence);

test('a plan of a plain restore refuses nothing, and says its steps in order', () => {
  const table = entry('TABLE', 't', { namespace: 'public' });
  const plan = planRestore(question({ facts: facts({ roles: [BOSS, role('app')] }) }, [table]));
  expect(plan.refusals).toEqual([]);
  expect(plan.steps.map(({ step }) => step)).toEqual([
    'materialize',
    'roles',
    'create',
    'restore',
    'check',
    'analyze',
    'rename',
  ]);
  expect(plan.steps[1]?.text).toBe('create missing roles on test: "app"');
  expect(plan.selection.dumpIds).toEqual([table.dumpId]);
});

describe('refused before anything happens', () => {
  test.each<[string, Partial<RestoreJob>]>([
    ['the dump does not hold schema "a"', { schemas: ['a'] }],
    ['the dump does not hold table "a"."b"', { tables: ['a.b'] }],
    ['there is no database "copy" whose tables could take the rows', { restore_type: 'data' }],
    ['another name for a schema needs exactly one schema, without tables, and its definitions', { schema_as: 'b' }],
    ['option "--file=/etc/passwd" is not allowed for a restore', { options: ['--file=/etc/passwd'] }],
    ['the name of the target database is not one that Postgres can have', { dest_dbname: 'ö'.repeat(32) }],
    [
      '"a_pgsnapman_0123abcd" is a name of the form that pgsnapman keeps for databases of its own',
      { dest_dbname: 'a_pgsnapman_0123abcd' },
    ],
  ])('%s', (sentence, job) => {
    expect(refusals({}, [], job)).toEqual([sentence]);
  });

  test('another way with an existing database is no matter while there is none', () => {
    expect(refusals({}, [], { existing_db: 'rename' })).toEqual([]);
  });

  test.each([
    ['schema', 'the dump has no rows, as it is of type schema; the job asks for full'],
    ['data', 'the dump has no definitions, as it is of type data; the job asks for full'],
    ['cluster', 'the dump is of a whole cluster, of which no single database can be restored'],
    ['cluster_schema', 'the dump is of a whole cluster, of which no single database can be restored'],
    ['script', 'the dump was made by a script, which alone knows how to restore it'],
  ] as const)('a dump of type %s', (dump_type, sentence) => {
    expect(refusals({ manifest: manifest({ dump_type }) })).toEqual([sentence]);
  });

  test('but not the definitions of a dump that has only those', () => {
    expect(refusals({ manifest: manifest({ dump_type: 'schema' }) }, [], { restore_type: 'schema' })).toEqual([]);
  });

  test('an instance that takes no restores', () => {
    const destination = { ...there, restores: 'never' as const };
    expect(refusals({ destination })).toEqual(['instance "test" takes no restores']);
  });

  test('an older major version is tried, with a warning', () => {
    const older = planRestore(question({ target: target({ server_version_num: 140_005, server_version: '14.5' }) }));
    expect(older.refusals).toEqual([]);
    expect(older.warnings).toContain(
      'the dump is from PostgreSQL 15, and the target has only 14.5: what that version does not know fails the restore',
    );
  });

  test('a standby, a user who may not create databases', () => {
    expect(refusals({ target: target({ in_recovery: true }) })[0]).toContain('standby');
    expect(refusals({ target: target({ user: { ...ORDINARY, createdb: false } }) })[0]).toBe(
      'role "clerk" may not create databases on test',
    );
  });

  test('extensions that the target does not have', () => {
    const entries = [entry('EXTENSION', 'postgis', { owner: '' }), entry('EXTENSION', 'plpgsql', { owner: '' })];
    expect(refusals({}, entries)).toEqual(['extensions are not available on test: "postgis"']);
  });

  test('roles that may not be created, owned by, or mapped to', () => {
    const clerk = target({ user: ORDINARY, roles: [{ name: 'clerk', superuser: false, can_become: true }] });
    const source = facts({ roles: [BOSS, role('app')], database: database({ owner: 'app' }) });
    const cannot = { ...clerk, user: { ...ORDINARY, createrole: false } };
    expect(refusals({ facts: source, target: cannot })).toEqual([
      'role "clerk" may not create the missing roles on test: "app"',
    ]);
    const closed = { ...clerk, roles: [...clerk.roles, { name: 'app', superuser: false, can_become: false }] };
    expect(refusals({ facts: source, target: closed })).toEqual([
      'role "clerk" may not give objects to these roles on test: "app"',
    ]);
    expect(refusals({}, [entry('TABLE', 't', { owner: 'stranger' })])).toEqual([
      'owners of objects in the dump do not exist on test, and the dump does not know them: "stranger"',
    ]);
    expect(refusals({}, [], { role_map: { boss: 'nobody' } })).toEqual([
      'the role map leads to roles that do not exist on test: "nobody"',
      'owners of objects in the dump do not exist on test, and the dump does not know them: "nobody"',
    ]);
  });

  test('none of these counts without roles', () => {
    const cannot = target({ user: { ...ORDINARY, createrole: false } });
    const source = facts({ roles: [BOSS, role('app')], database: database({ owner: 'app' }) });
    const plan = planRestore(question({ facts: source, target: cannot }, [], { role_handling: 'none' }));
    expect(plan.refusals).toEqual([]);
    expect(plan.roles).toBeNull();
    expect(plan.changes.roles.size).toBe(0);
  });

  test('a dump from an instance that is not trusted, to a superuser or with tools that have holes', () => {
    const untrusted = manifest({ trusted: false });
    expect(refusals({ manifest: untrusted })).toEqual([
      'the dump is from an instance that is not trusted, and "root" is a superuser on test',
    ]);
    const clerk = target({ user: ORDINARY, roles: [{ name: 'clerk', superuser: false, can_become: true }] });
    const old = { major: 15, minor: 0, text: '15.0', num: 150_000 };
    expect(refusals({ manifest: untrusted, target: clerk, tool: old })[0]).toMatch(
      /pg_restore 15\.0 has known holes \(CVE-/,
    );
    expect(refusals({ manifest: untrusted, target: clerk })).toEqual([]);
  });
});

describe('a database that has the name already', () => {
  const there = (change = {}) => ({ target: target({ existing: existing(change) }) });

  test('is refused by default, also when it is the maintenance database', () => {
    expect(refusals(there())).toEqual(['database "copy" exists already on test']);
  });

  test.each<[string, Parameters<typeof existing>[0], Partial<RestoreJob>]>([
    ['is a template', { is_template: true }, {}],
    ['has prepared transactions: "x"', { prepared_transactions: ['x'] }, {}],
    ['has logical replication slots and cannot be dropped: "s"', { logical_slots: ['s'] }, { existing_db: 'drop' }],
    ['has subscriptions and cannot be dropped: "s"', { subscriptions: ['s'] }, { existing_db: 'drop_before' }],
    ['cannot be read, as nobody can connect to it', { properties: null }, {}],
    [
      'may not end the sessions of these roles in database "copy": "app"',
      { sessions: [{ role: 'app', count: 1, may_end: false }] },
      {},
    ],
  ])('is refused when it %s', (sentence, change, job) => {
    expect(refusals(there(change), [], { existing_db: 'rename', ...job }).join()).toContain(sentence);
  });

  test('keeps its properties unless the job wants those of the source', () => {
    const question1 = question(there({ owner: 'chief', properties: database({ owner: 'chief' }) }), [], {
      existing_db: 'rename',
    });
    const plan = planRestore(question1);
    expect(plan).toMatchObject({ propertiesOf: 'target', replaces: { way: 'rename', oid: 20_000 }, refusals: [] });
    expect(plan.properties[0]?.sql).toBe('alter database "copy_pgsnapman_0123abcd" owner to "chief"');
    const job = { ...question1.job, properties: 'source' as const };
    expect(planRestore({ ...question1, job })).toMatchObject({ propertiesOf: 'source' });
  });

  test('is named in the steps with its sessions, and dropped at the right moment', () => {
    const sessions = [{ role: 'app', count: 3, may_end: true }];
    const steps = (existing_db: 'rename' | 'drop' | 'drop_before') =>
      planRestore(question(there({ sessions }), [], { existing_db })).steps.map(({ step }) => step);
    expect(steps('rename')).toEqual(['materialize', 'create', 'restore', 'check', 'analyze', 'rename']);
    expect(steps('drop').at(-1)).toBe('drop');
    expect(steps('drop_before')[1]).toBe('clear');
    const plan = planRestore(question(there({ sessions }), [], { existing_db: 'rename' }));
    expect(plan.steps.at(-1)?.text).toMatch(/^end the 3 sessions \("app" 3\) in "copy"; set \d+ propert/);
  });

  test('is never set back to the dump that has just been taken of it', () => {
    const own = { ...there(), destination: instanceOf(ADDRESS, 1), surroundings: surroundings({ triggered: true }) };
    expect(refusals(own, [], { dest_dbname: 'shop', existing_db: 'drop' })).toContain(
      'the dump that triggers this restore was taken of the same database "shop"',
    );
  });
});

test('a locale that the server does not know, too little room, and a forbidden instance are refused', () => {
  const change = surroundings({
    forbidden: ['db2:5432'],
    locale: { available: 'no', reason: 'could not create locale "xx": No such file or directory' },
    free: { staging: 0, target: 10 },
  });
  expect(refusals({ surroundings: change })).toEqual([
    'the configuration of this worker forbids restores to instance "test"',
    'the target cannot have a database with the source\'s encoding and locale: could not create locale "xx": No such file or directory',
    "unpacking the dump needs 1 B, and the worker's disk has 0 B",
  ]);
  expect(planRestore(question({ surroundings: change })).warnings).toContain(
    "the database needs about 7.6 MiB, and the target's disk has 10 B",
  );
});

describe('the first superuser of the source', () => {
  test('gives what it owns to the restoring role, with a warning', () => {
    const plan = planRestore(question({}, [entry('TABLE', 't', { owner: 'boss' })]));
    expect(plan.warnings).toEqual([
      'role "boss", the first superuser of the source, does not exist on the target: what it owns belongs to "root"',
    ]);
    expect([...plan.changes.roles]).toEqual([['boss', 'root']]);
    expect(plan.properties.map(({ sql }) => sql)).not.toContain('alter database');
  });

  test('without anything of its own needs no warning', () => {
    const source = facts({ roles: [BOSS, role('app')], database: database({ owner: 'app' }) });
    expect(planRestore(question({ facts: source })).warnings).toEqual([]);
  });
});

describe('tablespaces', () => {
  const entries = [entry('TABLE', 't', { owner: 'boss', tablespace: 'fast' })];
  const source = facts({ database: database({ tablespace: 'slow' }) });
  const more = target({ tablespaces: ['pg_default', 'fast', 'slow', 'disk2'] });

  test('are not used by default, which is told', () => {
    const plan = planRestore(question({ facts: source }, entries));
    expect(plan.tablespaces).toMatchObject({ used: false, database: null });
    expect(plan.notes).toContain('tablespaces of the source are not used: "slow", "fast"');
    expect(plan.refusals).toEqual([]);
  });

  test('are those of the same name, or of the map', () => {
    const plan = planRestore(
      question({ facts: source, target: more }, entries, {
        tablespace_handling: 'use',
        tablespace_map: { fast: 'disk2' },
      }),
    );
    expect(plan.tablespaces).toMatchObject({ used: true, database: 'slow' });
    expect(plan.createDatabase).toContain('tablespace = "slow"');
    expect([...plan.changes.tablespaces]).toEqual([['fast', 'disk2']]);
  });

  test('with a map alone only what it names is followed', () => {
    const plan = planRestore(question({ facts: source, target: more }, entries, { tablespace_map: { slow: 'disk2' } }));
    expect(plan.tablespaces).toMatchObject({ used: true, database: 'disk2' });
    expect([...plan.changes.tablespaces]).toEqual([
      ['slow', 'disk2'],
      ['fast', ''],
    ]);
  });

  test('that do not exist are refused', () => {
    expect(refusals({ facts: source }, entries, { tablespace_handling: 'use' })).toEqual([
      'tablespaces do not exist on test: "slow", "fast"',
    ]);
  });
});

test('what does not come along when the target is another instance is a warning, on the same instance it comes', () => {
  const entries = [entry('PUBLICATION', 'p', { section: 'post-data', owner: '' })];
  expect(planRestore(question({}, entries)).warnings).toContain(
    'publications are left out, as the target is another instance: "p"',
  );
  const same = question({ destination: { ...there, id: 1 } }, entries);
  expect(planRestore(same)).toMatchObject({ sameInstance: true, selection: { dumpIds: [entries[0]?.dumpId] } });
});

test('an instance without a number is known by its address', () => {
  const unnumbered = manifest({ instance: { id: null, name: 'prod', host: 'db2', port: 5432 } });
  expect(planRestore(question({ manifest: unnumbered })).sameInstance).toBe(true);
});

test('an extension in another version is a note', () => {
  const source = facts({ extensions: [{ name: 'plpgsql', version: '0.9', schema: 'pg_catalog', owner: 'boss' }] });
  const plan = planRestore(question({ facts: source }, [entry('EXTENSION', 'plpgsql', { owner: '' })]));
  expect(plan.notes).toEqual(['extension "plpgsql" comes in version 1.0, the source has 0.9']);
});

test('a role map that names a role which the dump does not know is a warning', () => {
  const plan = planRestore(question({}, [], { role_map: { typo: 'root' } }));
  expect(plan.warnings.at(-1)).toBe('the role map names roles that are not in the dump: "typo"');
});

test('what this version cannot do as asked for, without harm, is a note', () => {
  const plan = planRestore(question({}, [], { properties: 'target' }));
  expect(plan.refusals).toEqual([]);
  expect(plan.notes).toEqual(["there is no database whose properties could be kept: they are the source's"]);
});
