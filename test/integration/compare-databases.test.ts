import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/clusters.ts';
import { compareDatabases, type DatabasePicture, differences, takePicture } from '../support/compare-databases.ts';

let source: TestCluster;
let target: TestCluster;
let original: DatabasePicture;

const ROLES = `
  create role cmp_owner;
  create role cmp_user login password 'secret';
  create role cmp_group;
  grant cmp_group to cmp_user;
  alter role cmp_user set work_mem = '8MB';
  comment on role cmp_user is 'somebody';`;

const CONTENT = `
  create table t (id integer primary key, a text, b text);
  insert into t values (1, 'x', null), (2, '', 'y'), (3, 'a,b', 'c');
  create table "no columns" ();
  insert into "no columns" select from generate_series(1, 2);
  create table t2 (id integer) partition by range (id);
  create table t2_a partition of t2 for values from (0) to (10);
  create table t2_b partition of t2 for values from (10) to (20);
  insert into t2 values (1), (2), (11);
  create sequence s; select nextval('s');
  create materialized view m as select count(*) from t;
  create extension pgcrypto;
  select lo_from_bytea(1000, 'abc'); comment on large object 1000 is 'three letters';
  alter large object 1000 owner to cmp_owner;
  grant select on t to cmp_user;
  do $$ begin
    execute format('alter database %I owner to cmp_owner', current_database());
    execute format('alter database %I set work_mem = ''4MB''', current_database());
    execute format('alter role cmp_user in database %I set lock_timeout = ''1s''', current_database());
    execute format('grant create on database %I to cmp_user', current_database());
    execute format('comment on database %I is ''a database''', current_database());
  end $$;`;

beforeAll(async () => {
  [source, target] = await Promise.all([startTestCluster(), startTestCluster()]);
  for (const cluster of [source, target]) await cluster.psql('postgres', ROLES);
  await source.psql('postgres', 'create database original');
  await source.psql('original', CONTENT);
  original = await takePicture(source.settings('original'));
});
afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove()]);
});

/** A copy under a hostile name, changed by `change`, compared with the original; `undo` puts roles back. */
async function differencesAfter(change: string, undo = ''): Promise<string[]> {
  const name = 'the "copy"=x';
  await target.psql('postgres', `create database "the ""copy""=x"`);
  try {
    await target.psql(name, CONTENT);
    await target.psql(name, change);
    return differences(original, await takePicture(target.settings(name)));
  } finally {
    if (undo !== '') await target.psql(name, undo);
    await target.psql('postgres', 'drop database "the ""copy""=x" with (force)');
  }
}

const inDatabase = (statement: string): string =>
  `do $do$ begin execute format($f$${statement}$f$, current_database()); end $do$`;

test('two databases of the same content have no differences, whatever they are called', async () => {
  expect(await differencesAfter('')).toEqual([]);
});

test('order of rows and dead rows are no difference', async () => {
  expect(await differencesAfter(`update t set b = b where id = 1; vacuum t`)).toEqual([]);
});

const PLANTED: [string, string, RegExp, string?][] = [
  ['a column', 'alter table t add c integer', /^schema: only in the target: .*c integer/],
  [
    'a right on a table',
    'revoke select on t from cmp_user',
    /^schema: only in the source: GRANT SELECT ON TABLE public\.t/,
  ],
  ['the owner of a table', 'alter table t owner to cmp_owner', /^schema: .*OWNER TO cmp_owner/],
  ['a comment', `comment on column t.a is 'x'`, /^schema: only in the target: COMMENT/],
  ['a missing row', 'delete from t where id = 2', /^table public\.t: rows is 3 in the source and 2 in the target$/],
  ['a changed value', `update t set a = 'X' where id = 1`, /^table public\.t: content is/],
  ['null instead of an empty text', 'update t set a = null where id = 2', /^table public\.t: content is/],
  ['values that swapped places', `update t set a = b, b = a where id = 3`, /^table public\.t: content is/],
  ['a row that another one replaced', `update t set id = 4 where id = 3`, /^table public\.t: content is/],
  ['a row of no columns', 'insert into "no columns" default values', /^table public\."no columns": rows is 2 .* and 3/],
  ['a row in one partition', 'update t2 set id = 12 where id = 2', /^table public\.t2_b: rows is 1 .* and 2/],
  [
    'content of a materialized view',
    'insert into t values (4); refresh materialized view m; delete from t where id = 4',
    /^table public\.m: content/,
  ],
  [
    'a materialized view that is not filled',
    'refresh materialized view m with no data',
    /^relation public\.m: populated is true .* and false/,
  ],
  [
    'an invalid index',
    `update pg_index set indisvalid = false where indexrelid = 't_pkey'::regclass`,
    /^relation public\.t_pkey: valid is true .* and false/,
  ],
  ['a sequence', `select nextval('s')`, /^sequence public\.s: last_value is 1 .* and 2/],
  ['a sequence that was called or not', `select setval('s', 1, false)`, /^sequence public\.s: is_called/],
  ['a missing large object', 'select lo_unlink(1000)', /^large object 1000 is missing in the target$/],
  ['another large object', 'select lo_create(1001)', /^large object 1001 is only in the target$/],
  ['content of a large object', `select lo_put(1000, 0, 'x')`, /^large object 1000: content/],
  [
    'the owner of a large object',
    'alter large object 1000 owner to cmp_user',
    /^large object 1000: owner is cmp_owner .* and cmp_user/,
  ],
  ['rights on a large object', 'grant select on large object 1000 to cmp_group', /^large object 1000: rights/],
  [
    'the comment on a large object',
    'comment on large object 1000 is null',
    /^large object 1000: comment is three letters .* and nothing/,
  ],
  [
    'the owner of the database',
    inDatabase('alter database %I owner to cmp_user'),
    /^database itself: owner is cmp_owner .* and cmp_user/,
  ],
  [
    'a setting of the database',
    inDatabase(`alter database %I set work_mem = '5MB'`),
    /^database itself: settings is work_mem=4MB .* and work_mem=5MB/,
  ],
  [
    'the connection limit',
    inDatabase('alter database %I connection limit 7'),
    /^database itself: connection limit is -1 .* and 7/,
  ],
  [
    'the comment on the database',
    inDatabase(`comment on database %I is 'another'`),
    /^database itself: comment is a database .* and another/,
  ],
  [
    'rights on the database',
    inDatabase('revoke connect on database %I from public'),
    /^database itself: rights is .*PUBLIC=CONNECT/,
  ],
  [
    'a grant option',
    inDatabase('grant create on database %I to cmp_user with grant option'),
    /^database itself: rights is .*cmp_user=CREATE\*/,
  ],
  [
    'a setting of a role in the database',
    inDatabase('alter role cmp_user in database %I reset lock_timeout'),
    /^settings in this database of role cmp_user is missing in the target$/,
  ],
  ['an extension that is missing', 'drop extension pgcrypto', /^extension pgcrypto is missing in the target$/],
  [
    'the version of an extension',
    `update pg_extension set extversion = '0.9' where extname = 'pgcrypto'`,
    /^extension pgcrypto: version is .* and 0\.9/,
  ],
  [
    'an attribute of a role',
    'alter role cmp_user connection limit 3',
    /^role cmp_user: connection limit is -1 .* and 3/,
    'alter role cmp_user connection limit -1',
  ],
  [
    'a setting of a role',
    `alter role cmp_user set work_mem = '9MB'`,
    /^role cmp_user: settings/,
    `alter role cmp_user set work_mem = '8MB'`,
  ],
  [
    'the comment on a role',
    'comment on role cmp_user is null',
    /^role cmp_user: comment is somebody .* and nothing/,
    `comment on role cmp_user is 'somebody'`,
  ],
  [
    'a membership that is missing',
    'revoke cmp_group from cmp_user',
    /^membership of cmp_user in cmp_group, .* is missing in the target$/,
    'grant cmp_group to cmp_user',
  ],
  [
    'an option of a membership',
    'grant cmp_group to cmp_user with admin option',
    /^membership of cmp_user in cmp_group, .*: admin is false .* and true/,
    'revoke admin option for cmp_group from cmp_user',
  ],
];

test.for(PLANTED)('finds a planted difference: %s', async ([, change, expected, undo]) => {
  const found = await differencesAfter(change, undo);
  expect(
    found.some((line) => expected.test(line)),
    found.join('\n') || 'no difference was found',
  ).toBe(true);
});

test('finds other encodings and locales', async () => {
  await target.psql('postgres', `create database plain template template0 encoding 'SQL_ASCII' locale 'C'`);
  await target.psql('plain', CONTENT);
  const found = differences(original, await takePicture(target.settings('plain')));
  expect(found.filter((line) => !line.startsWith('schema: '))).toEqual([
    'database itself: encoding is UTF8 in the source and SQL_ASCII in the target',
    'database itself: collation is C.UTF-8 in the source and C in the target',
    'database itself: character type is C.UTF-8 in the source and C in the target',
  ]);
});

test('passwords are compared only when asked for', async () => {
  await target.psql('postgres', 'create database same');
  await target.psql('same', CONTENT);
  const [one, other] = [source.settings('original'), target.settings('same')];
  expect(await compareDatabases(one, other)).toEqual([]);
  const found = await compareDatabases(one, other, { passwords: true });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^role cmp_user: password is SCRAM-SHA-256/);
});
