import { expect, test } from 'vitest';
import { createSchema } from '../../../../../src/core/restore/partial/schema-sql.ts';

const facts = {
  name: 'Shop "x"',
  owner: 'owner',
  comment: "it's",
  acl: [
    { grantor: 'owner', grantee: 'owner', privilege: 'USAGE', grantable: false },
    { grantor: 'owner', grantee: null, privilege: 'USAGE', grantable: false },
    { grantor: 'owner', grantee: 'reader', privilege: 'CREATE', grantable: true },
    { grantor: 'owner', grantee: 'gone', privilege: 'USAGE', grantable: false },
  ],
};
const options = {
  withRoles: true,
  targetName: (name: string) => (name === 'owner' ? 'new "owner"' : name),
  exists: (name: string) => name !== 'gone',
};
const sql = (...args: Parameters<typeof createSchema>) => createSchema(...args).map((statement) => statement.sql);

test('a schema is made with owner, rights and comment, under the names of the target', () => {
  expect(sql('Shop "x"', facts, options)).toEqual([
    'create schema "Shop ""x"""',
    'alter schema "Shop ""x""" owner to "new ""owner"""',
    'grant usage on schema "Shop ""x""" to public',
    'grant create on schema "Shop ""x""" to "reader" with grant option',
    `comment on schema "Shop ""x""" is 'it''s'`,
  ]);
});

test('without roles, and without facts, it is just made', () => {
  expect(sql('s', { ...facts, comment: null }, { ...options, withRoles: false })).toEqual(['create schema "s"']);
  expect(sql('s', null, options)).toEqual(['create schema "s"']);
});
