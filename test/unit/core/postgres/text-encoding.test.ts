import { describe, expect, it } from 'vitest';
import { textDecoder } from '../../../../src/core/postgres/text-encoding.ts';

const decode = (encoding: string, ...bytes: number[]) => textDecoder(encoding)(Uint8Array.from(bytes));

describe('text of a server encoding', () => {
  it('is decoded by its own table', () => {
    expect(decode('UTF8', 0xc3, 0xbc)).toBe('ü');
    expect(decode('LATIN1', 0xfc, 0x80)).toBe('ü\u0080');
    expect(decode('LATIN9', 0xa4)).toBe('€');
    expect(decode('WIN1251', 0xcf)).toBe('П');
    expect(decode('EUC_JP', 0xa4, 0xa2)).toBe('あ');
    expect(decode('koi8r', 0xf0)).toBe('П');
  });

  it('is read byte by byte where it is not valid, or the encoding is not known', () => {
    expect(decode('UTF8', 0xfc, 0x41)).toBe('üA');
    expect(decode('SQL_ASCII', 0xfc)).toBe('ü');
    expect(decode('MULE_INTERNAL', 0x81, 0xfc)).toBe('\u0081ü');
  });
});
