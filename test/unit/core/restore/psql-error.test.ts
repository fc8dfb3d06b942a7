import { expect, test } from 'vitest';
import { PsqlErrorReader } from '../../../../src/core/restore/psql-error.ts';

function read(text: string): string | null {
  const reader = new PsqlErrorReader();
  for (const line of text.split('\n')) reader.push(line);
  return reader.message;
}

test('the first error is kept, without values', () => {
  const text = `pg_restore: creating TABLE "public.a"
psql:<stdin>:7: ERROR:  invalid input syntax for type integer: "secret"
CONTEXT:  COPY t, line 1, column a: "secret"
psql:<stdin>:9: ERROR:  another`;
  expect(read(text)).toBe('invalid input syntax for type integer: (hidden)');
});

test('a message of several lines is one', () => {
  expect(read('psql:<stdin>:7: ERROR:  relation "a\nb" does not exist\nLINE 1: select 1\n    ^')).toBe(
    'relation "a b" does not exist',
  );
});

test('what a function raised may be made of rows', () => {
  expect(
    read('psql:<stdin>:7: ERROR:  secret is wrong\nCONTEXT:  PL/pgSQL function f() line 1 at RAISE\nCOPY t, line 1'),
  ).toBe('a function raised an error (its text is hidden)');
});

test('errors of psql itself count, too; warnings do not', () => {
  expect(read('psql: error: connection to server failed')).toBe('connection to server failed');
  expect(read('psql:<stdin>:3: WARNING:  something')).toBeNull();
});
