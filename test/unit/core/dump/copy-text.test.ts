import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyTextScanner } from '../../../../src/core/dump/copy-text.ts';

const END = '\\.\n\n\n';

function scan(text: string, pieces: readonly number[] = []): number {
  const scanner = new CopyTextScanner();
  const bytes = Buffer.from(text);
  let position = 0;
  for (const length of pieces) {
    scanner.update(bytes.subarray(position, position + length));
    position += length;
  }
  scanner.update(bytes.subarray(position));
  return scanner.finish();
}

describe('the data of a table', () => {
  it('have one line a row before their end', () => {
    expect(scan(`1\ta\n2\tb\n${END}`)).toBe(2);
    expect(scan(END)).toBe(0);
  });

  it('have an empty line for every row of a table without columns', () => {
    expect(scan(`\n\n${END}`)).toBe(2);
  });

  it('may hold rows that look like the end, escaped', () => {
    expect(scan(`\\\\.\n\\.x\n.\n\\\n\\N\n${END}`)).toBe(5);
  });

  it.each([
    ['', 'empty'],
    ['1\ta\n', 'without an end'],
    ['1\ta\n\\.', 'cut off in the end'],
    ['1\ta\n\\', 'cut off in the end'],
    ['1\ta', 'cut off in a row'],
    [`1\n${END}2\n`, 'that go on'],
    [`1\n${END}x`, 'that go on'],
    [`1\n${END}${END}`, 'that end twice'],
    ['1\n x\\.\n', 'whose end is not a line of its own'],
  ])('%j (%#) are refused: %s', (text) => {
    expect(() => scan(text)).toThrow('does not end as it must');
  });

  it('count the same however they are cut into pieces', () => {
    const row = fc
      .string({ maxLength: 8 })
      .map((text) => text.replace(/[\n\\]/g, (c) => (c === '\n' ? '\\n' : '\\\\')));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.array(fc.nat({ max: 6 })), (rows, pieces) => {
        expect(scan(`${rows.map((text) => `${text}\n`).join('')}${END}`, pieces)).toBe(rows.length);
      }),
    );
  });

  it('that lose their last bytes never pass, unless these are empty lines only', () => {
    const text = `1\ta\n2\tb\n${END}`;
    for (let length = 0; length < text.length - 2; length++) expect(() => scan(text.slice(0, length))).toThrow();
    expect(scan(text.slice(0, -1))).toBe(2);
  });
});
