import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseQualifiedName,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
} from '../../../../src/core/postgres/identifiers.ts';

describe('identifiers', () => {
  it('are always quoted, with quotes doubled', () => {
    expect(quoteIdentifier('shop')).toBe('"shop"');
    expect(quoteIdentifier('a "b".c\n-d=e')).toBe('"a ""b"".c\n-d=e"');
  });

  it('are refused when Postgres cannot have them', () => {
    expect(() => quoteIdentifier('')).toThrow('must not be empty');
    expect(() => quoteIdentifier('a\0b')).toThrow('zero byte');
  });

  it('come back from their qualified form, whatever is in them', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(name, name, (schema, table) => {
        expect(parseQualifiedName(qualifiedName(schema, table))).toEqual({ schema, name: table });
      }),
    );
  });

  it('without quotes are folded to lower case as SQL does', () => {
    expect(parseQualifiedName('Public.OrderLines')).toEqual({ schema: 'public', name: 'orderlines' });
    expect(parseQualifiedName('public."Order Lines"')).toEqual({ schema: 'public', name: 'Order Lines' });
    expect(parseQualifiedName('straße.Ärger$1')).toEqual({ schema: 'straße', name: 'Ärger$1' });
  });

  it.each(['shop', 'a.b.c', 'a.', '.b', 'a b.c', '"a.b', 'a.*', 'a."b"x', '', '1a.b', '"".b'])(
    'are not read from %j',
    (text) => {
      expect(() => parseQualifiedName(text)).toThrow('is not the name of a table with its schema');
    },
  );
});

describe('literals', () => {
  it('double their quotes', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'");
  });

  it('take the escape form when there is a backslash, for either setting of standard_conforming_strings', () => {
    expect(quoteLiteral("a\\'b")).toBe(" E'a\\\\''b'");
  });

  it('cannot hold a zero byte', () => {
    expect(() => quoteLiteral('a\0')).toThrow('zero byte');
  });
});
