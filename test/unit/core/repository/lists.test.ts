import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockSet } from '../../../../src/core/repository/block-set.ts';
import { baseRun, chooseBase, limitDepth, mergeSlices } from '../../../../src/core/repository/choose-bases.ts';
import { formatDumpList, type ListedFile, parseDumpList } from '../../../../src/core/repository/dump-list.ts';
import { ExtentList } from '../../../../src/core/repository/extent.ts';

const pack = 'aaaaaaaaaaaa0000';
const slice = (block: number, offset: number, length: number) => ({ pack, block, offset, length });

describe('extents', () => {
  test('neighbours become one', () => {
    const list = new ExtentList();
    for (const each of [slice(3, 10, 20), slice(3, 30, 70), slice(4, 0, 100), slice(5, 0, 5)])
      list.add(each, () => 100);
    expect(list.extents).toEqual([{ pack, first: 3, last: 5, skip: 10, length: 195 }]);
  });

  test('a gap, a step back and a block that is not closed begin a new one', () => {
    const list = new ExtentList();
    for (const each of [slice(3, 0, 20), slice(3, 21, 9), slice(3, 0, 5)]) list.add(each, () => 100);
    list.add(slice(4, 0, 5), () => -1);
    expect(list.extents.length).toBe(4);
  });

  test('slices come out of extents as they went in', () => {
    const raws = [50, 60, 70, 80];
    const slices = fc.array(
      fc.nat(3).chain((block) => {
        const raw = raws[block] as number;
        return fc
          .nat(raw - 1)
          .chain((from) => fc.integer({ min: 1, max: raw - from }).map((n) => slice(block, from, n)));
      }),
    );
    fc.assert(
      fc.property(slices, (parts) => {
        const list = new ExtentList();
        for (const part of parts) list.add(part, (_, block) => raws[block] as number);
        const read = (block: number, from: number, length: number) =>
          Array.from({ length }, (_, i) => `${block}/${from + i}`);
        const expected = parts.flatMap((part) => read(part.block, part.offset, part.length));
        const found = list.extents.flatMap((extent) => {
          const all: string[] = [];
          for (let block = extent.first; block <= extent.last; block += 1)
            all.push(...read(block, 0, raws[block] as number));
          return all.slice(extent.skip, extent.skip + extent.length);
        });
        expect(found).toEqual(expected);
      }),
    );
  });
});

describe('lists', () => {
  const files: ListedFile[] = [
    { path: 'toc.dat', role: 'toc', sha256: '0'.repeat(64), size_bytes: 5, rows: null, extents: [] },
    {
      path: '1.dat',
      role: 'table_data',
      sha256: '1'.repeat(64),
      size_bytes: 7,
      rows: 0,
      extents: [{ pack, first: 0, last: 1, skip: 0, length: 7 }],
    },
  ];

  test('are read as they were written', () => {
    expect(parseDumpList(formatDumpList(files))).toEqual(files);
  });

  test('are refused when a line is missing or altered', () => {
    const text = formatDumpList(files);
    expect(() => parseDumpList(text.slice(0, -6))).toThrow('incomplete');
    expect(() => parseDumpList(text.replace('F toc 5', 'F toc x'))).toThrow('damaged');
    expect(() => parseDumpList('')).toThrow('not a list');
  });
});

describe('sets of blocks', () => {
  test('come back from their text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (blocks) => {
        const set = new BlockSet();
        for (const block of blocks) set.add(pack, block);
        const again = new BlockSet();
        again.addFormatted(set.format());
        expect([...again.blocks(pack)].sort()).toEqual([...new Set(blocks)].sort());
      }),
    );
  });

  test('are refused when cut off', () => {
    const set = new BlockSet();
    set.add(pack, 1);
    expect(() => new BlockSet().addFormatted(set.format().slice(0, -3))).toThrow('damaged');
  });

  test('those of several dumps are added up, whether lines are the same as before or not', () => {
    const blocks = fc.array(fc.tuple(fc.constantFrom(pack, 'bbbbbbbbbbbb0001'), fc.nat(20)), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(blocks, { maxLength: 5 }), (dumps) => {
        const sum = new BlockSet();
        for (const dump of [...dumps, ...dumps]) {
          const needs = new BlockSet();
          for (const [name, block] of dump) needs.add(name, block);
          sum.addFormatted(needs.format());
        }
        const expected = new Set(dumps.flat().map(([name, block]) => `${name}:${block}`));
        expect(new Set([...sum.all()].map(({ pack: name, block }) => `${name}:${block}`))).toEqual(expected);
      }),
    );
  });
});

describe('choosing bases', () => {
  test('two features in common are needed, or one near the expected place', () => {
    expect(chooseBase(Int32Array.of(7, 7, -1, 3), -1)).toBe(7);
    expect(chooseBase(Int32Array.of(7, -1, -1, 3), -1)).toBe(-1);
    expect(chooseBase(Int32Array.of(70, -1, -1, 11), 10)).toBe(11);
  });

  test('small gaps are filled and nothing is there twice', () => {
    expect(baseRun([4, 6, 6, 20, 5])).toEqual([4, 5, 6, 20]);
  });

  test('slices that touch are joined, parts that are there already are left out', () => {
    const merged = mergeSlices([slice(1, 0, 10), slice(1, 10, 10), slice(1, 5, 10), slice(2, 0, 4)], 100);
    expect(merged).toEqual([slice(1, 0, 20), slice(2, 0, 4)]);
    expect(mergeSlices([slice(1, 0, 10), slice(2, 0, 10)], 15)).toEqual([slice(1, 0, 10)]);
  });

  test('a chain that would be too long starts anew at blocks that need no other', () => {
    const blocks: Record<number, { depth: number; raw: number; dictionary: ReturnType<typeof slice>[] }> = {
      0: { depth: 0, raw: 9, dictionary: [] },
      1: { depth: 1, raw: 9, dictionary: [slice(0, 0, 9)] },
      2: { depth: 2, raw: 8, dictionary: [slice(1, 0, 8)] },
    };
    const limited = (max: number) => limitDepth([slice(2, 3, 4)], max, (s) => blocks[s.block]);
    expect(limited(3)).toEqual([slice(2, 3, 4)]);
    expect(limited(2)).toEqual([slice(0, 0, 9)]);
  });

  test('of older blocks it takes the part where the rows must be, and some more on both sides', () => {
    const mega = 1 << 20;
    const some = 128 * 1024;
    const blocks: Record<number, { depth: number; raw: number; dictionary: ReturnType<typeof slice>[] }> = {
      0: { depth: 0, raw: 4 * mega, dictionary: [] },
      1: { depth: 0, raw: 4 * mega, dictionary: [] },
      // Twice as many bytes as what they were made into.
      2: { depth: 1, raw: 4 * mega, dictionary: [slice(0, 0, 4 * mega), slice(1, 0, 4 * mega)] },
    };
    const rootsOf = (offset: number, length: number) =>
      limitDepth([slice(2, offset, length)], 1, (s) => blocks[s.block]);
    expect(rootsOf(0, mega)).toEqual([slice(0, 0, 2 * mega + some)]);
    expect(rootsOf(mega, 2 * mega)).toEqual([slice(0, 2 * mega - some, 2 * mega + some), slice(1, 0, 2 * mega + some)]);
    expect(rootsOf(0, 4 * mega)).toEqual([slice(0, 0, 4 * mega), slice(1, 0, 4 * mega)]);
  });
});
