import { describe, expect, test } from 'vitest';
import { HeaderWriter } from '../../../../src/core/restore/script-header.ts';

const HEAD = `--
-- PostgreSQL database dump
--

SET client_encoding = 'LATIN1';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

`;
const DATA =
  "COPY t (a) FROM stdin;\nSELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n\xe4\n\\.\n";

function change(script: string, pieceBytes: number, rowSecurity = false) {
  const writer = new HeaderWriter({ searchPath: `"it's", public`, rowSecurity });
  const bytes = Buffer.from(script, 'latin1');
  let result = '';
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    result += writer.push(bytes.subarray(at, at + pieceBytes)).toString('latin1');
  }
  return { result: result + writer.rest(), found: writer.found };
}

const CHANGED = `SET client_encoding = 'UTF8'; SELECT pg_catalog.set_config('search_path', '"it''s", public', false); SET client_encoding = 'LATIN1';`;

describe('the head of a script', () => {
  const script = `${HEAD}-- Name: t; Type: TABLE DATA\n${DATA}`;

  test.each([1, 7, 64, 100_000])(
    'gets the search_path, and nothing after it changes, in pieces of %i bytes',
    (size) => {
      const { result, found } = change(script, size);
      expect(found).toBe(true);
      expect(result).toBe(script.replace(/^SELECT .*$/m, () => CHANGED));
    },
  );

  test('gets row security when that is wanted', () => {
    const { result } = change(script, 50, true);
    expect(result.split('-- Name')[0]).toContain('SET row_security = on;');
    expect(result.endsWith(DATA)).toBe(true);
  });

  test('without the line is told', () => {
    expect(change('-- Name: t\nselect 1;', 5)).toEqual({ result: '-- Name: t\nselect 1;', found: false });
    expect(change('', 5).found).toBe(false);
  });
});
