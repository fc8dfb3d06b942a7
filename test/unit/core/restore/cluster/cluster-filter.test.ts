import { describe, expect, it } from 'vitest';
import { ClusterErrorReader } from '../../../../../src/core/restore/cluster/cluster-errors.ts';
import { ClusterFilter } from '../../../../../src/core/restore/cluster/cluster-filter.ts';

const STREAM = `-- globals
\\restrict k1
CREATE ROLE "o""ne";
ALTER ROLE "o""ne" WITH LOGIN PASSWORD 'a;
b';
ALTER ROLE "o""ne" SET work_mem TO '1MB';
COMMENT ON ROLE "o""ne" IS 'x';
CREATE ROLE two;
ALTER ROLE two WITH PASSWORD 'p';
GRANT two TO "o""ne" GRANTED BY postgres;
GRANT "o""ne" TO two;
CREATE TABLESPACE there OWNER two LOCATION '/x';
GRANT ALL ON TABLESPACE there TO two;
CREATE TABLESPACE fresh OWNER two LOCATION '/y';
\\unrestrict k1
\\connect template1
-- PostgreSQL database dump
-- PostgreSQL database dump complete
-- PostgreSQL database dump
\\restrict k2
CREATE DATABASE "kept ü" WITH TEMPLATE = template0;
\\unrestrict k2
\\encoding SQL_ASCII
\\connect -reuse-previous=on "dbname='kept ü'"
\\restrict k2
COPY public.t (a) FROM stdin;
-- PostgreSQL database dump complete
\\.
-- PostgreSQL database dump complete
\\unrestrict k2
-- PostgreSQL database dump
\\restrict k3
CREATE DATABASE made WITH TEMPLATE = template0;
\\unrestrict k3
\\connect made
\\restrict k3
ALTER ROLE "o""ne" IN DATABASE made SET work_mem TO '2MB';
COPY public.u (a) FROM stdin;
CREATE ROLE "o""ne";
\\.
-- PostgreSQL database dump complete
\\unrestrict k3
`;

function filter(size: number) {
  const filtered = new ClusterFilter({
    roles: new Set(['o"ne', 'postgres']),
    tablespaces: new Set(['there']),
    databases: new Set(['kept ü']),
  });
  const bytes = Buffer.from(STREAM);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(filtered.push(bytes.subarray(at, at + size)));
  out.push(filtered.end());
  return { text: Buffer.concat(out).toString(), leftOut: filtered.leftOut };
}

describe('ClusterFilter', () => {
  it.each([1, 7, STREAM.length])('takes out what exists on the target, and nothing else (pieces of %i)', (size) => {
    const { text, leftOut } = filter(size);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
    expect(lines).toEqual([
      '\\restrict k1',
      'CREATE ROLE two;',
      "ALTER ROLE two WITH PASSWORD 'p';",
      'GRANT "o""ne" TO two;',
      "CREATE TABLESPACE fresh OWNER two LOCATION '/y';",
      '\\unrestrict k1',
      '\\connect template1',
      '\\restrict k2',
      '\\unrestrict k2',
      '\\restrict k2',
      '\\unrestrict k2',
      '\\restrict k3',
      'CREATE DATABASE made WITH TEMPLATE = template0;',
      '\\unrestrict k3',
      '\\connect made',
      '\\restrict k3',
      `ALTER ROLE "o""ne" IN DATABASE made SET work_mem TO '2MB';`,
      'COPY public.u (a) FROM stdin;',
      'CREATE ROLE "o""ne";',
      '\\.',
      '\\unrestrict k3',
    ]);
    expect(leftOut).toEqual([
      'create role "o"ne"',
      'alter role "o"ne"',
      'comment role "o"ne"',
      'a membership of role "o"ne"',
      'create tablespace "there"',
      'grant tablespace "there"',
      'everything of database "kept ü"',
    ]);
  });
});

describe('ClusterErrorReader', () => {
  it('keeps messages and statements, without passwords and values', () => {
    const reader = new ClusterErrorReader();
    for (const line of [
      'psql:<stdin>:5: ERROR:  invalid input syntax for type integer: "4711"',
      'CONTEXT:  COPY t, line 3, column a: "4711"',
      'psql:<stdin>:7: ERROR:  role "x" cannot be altered',
      "STATEMENT:  ALTER ROLE x PASSWORD 'secret';",
      'psql:<stdin>:9: ERROR:  unrecognized configuration parameter "transaction_timeout"',
      'STATEMENT:  SET transaction_timeout = 0;',
      'psql:<stdin>:10: \\connect: connection to server failed: FATAL:  database "x" does not exist',
    ]) {
      reader.push(line);
    }
    expect(reader.errors).toMatchObject([
      { message: 'invalid input syntax for type integer: (hidden)', dataLine: 3, statement: null },
      { statement: null },
      { statement: 'SET transaction_timeout = 0;' },
      { message: expect.stringContaining('database "x" does not exist') },
    ]);
    expect(JSON.stringify(reader.errors)).not.toMatch(/4711|secret/);
  });
});
