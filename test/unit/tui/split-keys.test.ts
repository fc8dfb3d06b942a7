import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeySplitter, ESCAPE_KEY } from '../../../src/tui/terminal/split-keys.ts';

const split = (...chunks: string[]): string[] => {
  const splitter = createKeySplitter();
  const keys = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...keys, ...splitter.flush()];
};

describe('the splitter of keys', () => {
  it('takes apart several characters that arrive together', () => {
    expect(split('jjj')).toEqual(['j', 'j', 'j']);
    expect(split('text\r')).toEqual(['t', 'e', 'x', 't', '\r']);
  });

  it('keeps escape sequences whole, also those that arrive in parts', () => {
    expect(split('\u001b[Aj\u001b[6~')).toEqual(['\u001b[A', 'j', '\u001b[6~']);
    expect(split('\u001b', '[', '1;5', 'C', 'x')).toEqual(['\u001b[1;5C', 'x']);
    expect(split('\u001bOA')).toEqual(['\u001bOA']);
    expect(split('\u001b[[A')).toEqual(['\u001b[[A']);
  });

  it('makes a lone Escape a complete sequence, alone or before another key', () => {
    expect(split('\u001b')).toEqual([ESCAPE_KEY]);
    expect(split('\u001bq')).toEqual([ESCAPE_KEY, 'q']);
    expect(split('\u001b\u001b[A')).toEqual([ESCAPE_KEY, '\u001b[A']);
    expect(split('\u001b[')).toEqual([ESCAPE_KEY, '[']);
  });

  it('keeps a paste whole, whatever is in it', () => {
    const paste = '\u001b[200~a\r\nq\u001b[31mb\u001b[201~';
    expect(split(`x${paste}y`)).toEqual(['x', paste, 'y']);
    expect(split(paste.slice(0, 9), paste.slice(9))).toEqual([paste]);
  });

  it('drops what terminals answer to questions that nobody asked', () => {
    expect(split('\u001b]11;rgb:0000/0000/0000\u0007j')).toEqual(['j']);
    expect(split('\u001bP1$r0m\u001b\\j')).toEqual(['j']);
    expect(split('\u001b]11;rgb:00')).toEqual([]);
  });

  it('keeps characters of several code points whole and takes every line end for Enter', () => {
    expect(split('é👩‍👧e\u0301')).toEqual(['é', '👩‍👧', 'e\u0301']);
    expect(split('a\r\nb\nc')).toEqual(['a', '\r', 'b', '\r', 'c']);
  });

  it('gives the same keys however the bytes are cut', () => {
    const piece = fc.constantFrom(
      'j',
      'q',
      ' ',
      '\r',
      '\t',
      '\u001b[A',
      '\u001b[6~',
      '\u001bOB',
      '\u001b[200~p q\u001b[201~',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 6 }), (pieces, cuts) => {
        const text = pieces.join('');
        const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, index) => text.slice(from, [...at, text.length][index]));
        expect(split(...chunks)).toEqual(split(text));
        expect(split(text)).toEqual(pieces);
      }),
    );
  });
});
