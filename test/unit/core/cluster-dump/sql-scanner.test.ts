import { describe, expect, it } from 'vitest';
import { type ScannedPiece, SqlScanner } from '../../../../src/core/cluster-dump/sql-scanner.ts';

function scan(text: string, size = text.length): ScannedPiece[] {
  const scanner = new SqlScanner();
  const bytes = Buffer.from(text);
  const pieces: ScannedPiece[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(...scanner.push(bytes.subarray(at, at + size)));
  return [...pieces, ...scanner.end()];
}

const textOf = (piece: ScannedPiece): string => {
  if (piece.kind === 'data') return piece.bytes.toString('latin1');
  return piece.kind === 'data end' ? '\\.\n' : piece.text;
};
const together = (pieces: ScannedPiece[]) => Buffer.from(pieces.map(textOf).join(''), 'latin1').toString();
const statements = (text: string) =>
  scan(text)
    .filter((piece) => piece.kind === 'statement')
    .map((piece) => textOf(piece).trim());

const STREAM = `--
-- PostgreSQL database cluster dump
--

\\restrict abc

SET a = 'x;y';
CREATE ROLE "a;""b";
\\unrestrict abc
\\connect two
COPY public.t (a) FROM stdin;
CREATE ROLE ü;
\\\\.
\\.x

\\.

CREATE FUNCTION f() RETURNS text AS $_$ select 'COPY x FROM stdin;
CREATE ROLE y; \\connect nowhere
' $_$;
SELECT E'a\\';''b\\\\', date'x\\', U&'\\0041', '--;';
COPY public.empty (a) FROM stdin;
\\.
/* a /* nested; */ ; */ SELECT 1; SELECT 2;
-- the end;
`;

describe('SqlScanner', () => {
  it('gives out all that it was given, wherever the pieces are cut', () => {
    const whole = scan(STREAM);
    expect(together(whole)).toBe(STREAM);
    for (const size of [1, 2, 3, 5, 17]) {
      const pieces = scan(STREAM, size);
      expect(together(pieces)).toBe(STREAM);
      expect(pieces.filter(({ kind }) => kind !== 'data')).toEqual(whole.filter(({ kind }) => kind !== 'data'));
    }
  });

  it('ends statements only where psql does', () => {
    expect(statements(STREAM)).toEqual([
      "SET a = 'x;y';",
      'CREATE ROLE "a;""b";',
      'COPY public.t (a) FROM stdin;',
      expect.stringMatching(/^CREATE FUNCTION [\s\S]*nowhere\n' \$_\$;$/),
      "SELECT E'a\\';''b\\\\', date'x\\', U&'\\0041', '--;';",
      'COPY public.empty (a) FROM stdin;',
      '/* a /* nested; */ ; */ SELECT 1;',
      'SELECT 2;',
    ]);
  });

  it('counts the rows of data, whose end is a line of its own', () => {
    const data = scan(STREAM, 3).filter((piece) => piece.kind === 'data');
    expect(Buffer.concat(data.map(({ bytes }) => bytes)).toString()).toBe('CREATE ROLE ü;\n\\\\.\n\\.x\n\n');
    expect(data.reduce((sum, { rows }) => sum + rows, 0)).toBe(4);
  });

  it.each([
    ['\\! rm -rf x\n', /psql command that/],
    ['\\connectx\n', /psql command that/],
    ['select 1 \\gexec\n', /inside of a statement/],
    ['COPY t FROM stdin; select 1;\n', /follows COPY/],
  ])('refuses what pg_dumpall does not write: %j', (text, message) => {
    expect(() => scan(text)).toThrow(message);
  });

  it.each([
    ['COPY t (a) FROM stdin;\n1\n', /in the data/],
    ["select 'a\n", /in a statement/],
    ['select 1\n', /in a statement/],
  ])('notices a stream that ends in the middle: %j', (text, message) => {
    expect(() => scan(text)).toThrow(message);
  });
});
