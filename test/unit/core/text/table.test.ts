import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutTable, type TableColumn } from '../../../../src/core/text/table.ts';
import { displayWidth } from '../../../../src/core/text/width.ts';

const COLUMNS: TableColumn[] = [
  { title: 'ID', align: 'right' },
  { title: 'DATABASE', shrinkTo: 8 },
  { title: 'COMMENT', shrinkTo: 7, priority: 2 },
  { title: 'SIZE', align: 'right', priority: 1 },
];
const ROWS = [
  ['1', 'shop', 'a comment that is long', '12 KiB'],
  ['222', '日本語データベース', 'é', '3.1 GiB'],
];
const lines = (width: number | null): string[] =>
  layoutTable(COLUMNS, ROWS, width).cells.map((cells) => cells.join('  '));

describe('a table', () => {
  it('is as wide as its texts where there is room', () => {
    expect(lines(null)).toEqual([
      ' ID  DATABASE            COMMENT                    SIZE',
      '  1  shop                a comment that is long   12 KiB',
      '222  日本語データベース  é                       3.1 GiB',
    ]);
  });

  it('cuts the widest texts first', () => {
    expect(lines(40)).toEqual([
      ' ID  DATABASE      COMMENT          SIZE',
      '  1  shop          a comment t…   12 KiB',
      '222  日本語デー…   é             3.1 GiB',
    ]);
    expect(lines(40).map(displayWidth)).toEqual([40, 40, 40]);
  });

  it('leaves out columns by their priority', () => {
    expect(lines(26)[0]).toMatch(/^ ID {2}DATABASE +SIZE$/);
    expect(lines(15)[0]).toBe(' ID  DATABASE');
  });

  it('keeps columns of priority 0 even where they do not fit', () => {
    expect(lines(3)[0]).toBe(' ID  DATABASE');
  });

  it('never is wider than the terminal while a column could still go', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), { maxLength: 8 }),
        fc.integer({ min: 12, max: 60 }),
        (rows, width) => {
          const columns: TableColumn[] = [
            { title: 'A', shrinkTo: 4 },
            { title: 'B', shrinkTo: 4, priority: 1 },
          ];
          const cleaned = rows.map((row) => row.map((text) => text.replace(/\p{C}/gu, '')));
          for (const cells of layoutTable(columns, cleaned, width).cells) {
            expect(displayWidth(cells.join('  '))).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});
