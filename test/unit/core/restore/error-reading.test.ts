import { describe, expect, test } from 'vitest';
import { ErrorReader } from '../../../../src/core/restore/error-reading.ts';
import { judgeErrors } from '../../../../src/core/restore/harmless-errors.ts';
import { redactValues } from '../../../../src/core/restore/redact.ts';
import { entry } from './parts.ts';

function read(text: string): ErrorReader {
  const reader = new ErrorReader();
  for (const line of text.split('\n')) reader.push(line);
  return reader;
}

// As pg_restore 15 wrote it, with --verbose.
const DATA_ERRORS = `pg_restore: connecting to database for restore
pg_restore: implied data-only restore
pg_restore: processing data for table "hostile.new
line"
pg_restore: processing data for table "public.a"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3467; 0 42286 TABLE DATA a pgsnapman
pg_restore: error: COPY failed for table "a": ERROR:  invalid input syntax for type integer: "secret1"
CONTEXT:  COPY a, line 2, column i: "secret1"
pg_restore: processing data for table "public.b"
pg_restore: from TOC entry 3468; 0 42291 TABLE DATA b pgsnapman
pg_restore: error: COPY failed for table "b": ERROR:  new row for relation "b" violates check constraint "b_i_check"
DETAIL:  Failing row contains (77, secret2).
CONTEXT:  COPY b, line 1: "77	secret2"
pg_restore: processing data for table "public.c"
pg_restore: from TOC entry 3469; 0 42296 TABLE DATA c pgsnapman
pg_restore: error: COPY failed for table "c": ERROR:  secret3 is not allowed
CONTEXT:  PL/pgSQL function public.chk(integer) line 1 at RAISE
COPY c, line 1: "secret3"
pg_restore: processing data for table "public.d"
pg_restore: warning: errors ignored on restore: 3`;

describe('reading', () => {
  test('errors of data are told by entry and line, without values', () => {
    const { errors, count } = read(DATA_ERRORS);
    expect(errors).toEqual([
      {
        dumpId: 3467,
        message: 'invalid input syntax for type integer: (hidden)',
        statement: null,
        copyInto: 'a',
        dataLine: 2,
      },
      {
        dumpId: 3468,
        message: 'new row for relation "b" violates check constraint "b_i_check"',
        statement: null,
        copyInto: 'b',
        dataLine: 1,
      },
      {
        dumpId: 3469,
        message: 'a function raised an error (its text is hidden)',
        statement: null,
        copyInto: 'c',
        dataLine: 1,
      },
    ]);
    expect(count).toBe(3);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('errors of statements come with the beginning of the statement', () => {
    const { errors } = read(`pg_restore: from TOC entry 220; 1259 42431 VIEW v rt_a
pg_restore: error: could not execute query: ERROR:  role "rt_a" does not exist
Command was: ALTER TABLE public.v
  OWNER TO rt_a;

pg_restore: creating TABLE "public.x"
continued "name"`);
    expect(errors).toEqual([
      {
        dumpId: 220,
        message: 'role "rt_a" does not exist',
        statement: 'ALTER TABLE public.v\n  OWNER TO rt_a;',
        copyInto: null,
        dataLine: null,
      },
    ]);
  });

  test('statements that can hold a password are not shown', () => {
    for (const statement of [
      "CREATE USER MAPPING FOR a SERVER s OPTIONS (password 'secret');",
      "CREATE SUBSCRIPTION s CONNECTION 'password=secret' PUBLICATION p;",
      "CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (host 'secret');",
    ]) {
      const { errors } = read(`pg_restore: error: could not execute query: ERROR:  x\nCommand was: ${statement}\n`);
      expect(JSON.stringify(errors)).not.toContain('secret');
    }
  });

  test('errors of pg_restore itself, and of its connection, are errors', () => {
    const { errors } = read(`pg_restore: error: could not read from input file: end of file
pg_restore: error: connection to server at "db1" (10.0.0.1), port 5432 failed: FATAL:  role "x" does not exist`);
    expect(errors.map(({ message }) => message)).toEqual([
      'could not read from input file: end of file',
      'connection to server at (hidden) (10.0.0.1), port 5432 failed: FATAL:  role "x" does not exist',
    ]);
  });

  test('it is complete when pg_restore has said last how many errors there were', () => {
    const total = 'pg_restore: warning: errors ignored on restore: 3';
    expect(read(DATA_ERRORS)).toMatchObject({ complete: true, count: 3 });
    expect(read(DATA_ERRORS.replace(`\n${total}`, '')).complete).toBe(false);
    expect(read(`${DATA_ERRORS}\npg_restore: error: could not read from input file: end of file`).complete).toBe(false);
    expect(read(total.replace('3', '7')).count).toBe(7);
  });

  test('of very many errors a thousand are kept, and all counted', () => {
    const { errors, count } = read('pg_restore: error: x\n'.repeat(1500));
    expect([errors.length, count]).toEqual([1000, 1500]);
  });
});

describe('values in messages', () => {
  test.each([
    ['invalid input value for enum s."Mood": "very sad"', 'invalid input value for enum s.(hidden): (hidden)'],
    ['value "99999999999" is out of range for type integer', 'value (hidden) is out of range for type integer'],
    ['date/time field value out of range: "2026-02-30"', 'date/time field value out of range: (hidden)'],
    ['malformed array literal: "{a,""b"', 'malformed array literal: (hidden)'],
    ['null value in column "a" of relation "t" violates not-null constraint', null],
    ['duplicate key value violates unique constraint "t_pkey"', null],
    ['could not create unique index "i ""x"""', null],
    ['no partition of relation "pt" found for row', null],
    ['insert or update on table "a" violates foreign key constraint "fk"', null],
    ['extension "postgis" is not available', null],
  ])('%s', (message, redacted) => {
    expect(redactValues(message)).toBe(redacted ?? message);
  });
});

describe('judging', () => {
  const judge = (text: string, ...entries: ReturnType<typeof entry>[]) =>
    judgeErrors(read(text), new Map(entries.map((found) => [found.dumpId, found])));
  const about = (found: ReturnType<typeof entry>, message: string, command = 'X;') =>
    `pg_restore: from TOC entry ${found.dumpId}; 0 0 ${found.desc} ${found.tag} x\npg_restore: error: could not execute query: ERROR:  ${message}\nCommand was: ${command}`;

  test('what every new database has already is no loss', () => {
    const schema = entry('SCHEMA', 'public');
    const comment = entry('COMMENT', 'EXTENSION plpgsql');
    const standard = entry('COMMENT', 'SCHEMA public', {
      defn: "COMMENT ON SCHEMA public IS 'standard public schema';",
    });
    expect(judge(about(schema, 'schema "public" already exists'), schema).losses).toEqual([]);
    expect(judge(about(comment, 'must be owner of extension plpgsql'), comment).losses).toEqual([]);
    expect(judge(about(standard, 'must be owner of schema public'), standard).losses).toEqual([]);
  });

  test('the same messages about anything else are losses', () => {
    const other = entry('SCHEMA', 'other');
    const comment = entry('COMMENT', 'EXTENSION hstore');
    const own = entry('COMMENT', 'SCHEMA public', { defn: "COMMENT ON SCHEMA public IS 'ours';" });
    expect(judge(about(other, 'schema "public" already exists'), other).losses).toHaveLength(1);
    expect(judge(about(comment, 'must be owner of extension plpgsql'), comment).losses).toHaveLength(1);
    expect(judge(about(own, 'must be owner of schema public'), own).losses).toHaveLength(1);
  });

  test('a setting of pg_restore itself that an older server does not know is no loss, one of a function is', () => {
    const text =
      'pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"';
    expect(judge(`${text}\nCommand was: SET transaction_timeout = 0;`)).toEqual({
      harmless: [
        'unrecognized configuration parameter "transaction_timeout" (no loss: a newer pg_restore sets it for its own session, and an older server does not know it)',
      ],
      losses: [],
    });
    expect(
      judge(`${text}\nCommand was: CREATE FUNCTION f() RETURNS int SET transaction_timeout = 0 …`).losses,
    ).toHaveLength(1);
    expect(judge(text).losses).toHaveLength(1);
  });

  test('a loss is named by its entry, whether its errors could be read or not', () => {
    const table = entry('TABLE DATA', 'a', { namespace: 'public' });
    const other = entry('TABLE DATA', 'other', { namespace: 'public' });
    const text = DATA_ERRORS.replaceAll('3467', String(table.dumpId)).replaceAll('3469', String(other.dumpId));
    expect(judge(text, table, other).losses).toEqual([
      {
        dumpId: table.dumpId,
        sentence: 'table data "public"."a": invalid input syntax for type integer: (hidden) (line 2 of its data)',
      },
      { dumpId: null, sentence: 'new row for relation "b" violates check constraint "b_i_check"' },
      {
        dumpId: other.dumpId,
        sentence: 'table data "public"."other": a function raised an error (its text is hidden) (line 1 of its data)',
      },
    ]);
    const named = `pg_restore: from TOC entry ${table.dumpId}; 0 0 TABLE DATA a boss`;
    expect(judge(`${named}\npg_restore: warning: errors ignored on restore: 1`, table).losses).toEqual([
      { dumpId: table.dumpId, sentence: 'table data "public"."a": its error could not be read', unexplained: true },
    ]);
  });

  test('errors that were counted by pg_restore and not read are a loss when no entry is named for them', () => {
    expect(judge('pg_restore: warning: errors ignored on restore: 2').losses).toEqual([
      { dumpId: null, sentence: '2 more errors, which were not kept' },
    ]);
    const tables = Array.from({ length: 1500 }, (_, i) => entry('TABLE DATA', `t${i}`));
    const text = tables.map((table) => about(table, 'x', 'COPY x')).join('\n');
    expect(new Set(judge(text, ...tables).losses.map(({ dumpId }) => dumpId))).toEqual(
      new Set(tables.map(({ dumpId }) => dumpId)),
    );
  });

  test('a statement tells its entry better than the line before it, which another process may have written', () => {
    const table = entry('TABLE', 'a');
    const index = entry('INDEX', 'i', { defn: 'CREATE INDEX i ON public.a USING btree (public.f(x));\n' });
    const text = about(table, 'function g() does not exist', 'CREATE INDEX i ON public.a USING btree (public.f(x));');
    expect(judge(text, table, index).losses.map(({ dumpId }) => dumpId)).toEqual([index.dumpId, table.dumpId]);
    const owner = about(table, 'role "x" does not exist', 'ALTER TABLE public.a OWNER TO x;');
    expect(judge(owner, table, index).losses.map(({ dumpId }) => dumpId)).toEqual([table.dumpId]);
  });

  test('an error of the session itself is none of the entry that was named before it', () => {
    const index = entry('INDEX', 'i', { defn: 'CREATE INDEX i ON public.a USING btree (x);\n' });
    const text = `${about(index, 'x', index.defn)}\npg_restore: error: could not execute query: ERROR:  no\nCommand was: SET row_security = off;`;
    expect(judge(text, index).losses).toEqual([
      { dumpId: index.dumpId, sentence: 'index "i": x' },
      { dumpId: null, sentence: 'no (in: SET row_security = off;)' },
    ]);
  });
});
