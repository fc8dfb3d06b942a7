import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextChunk } from '../../../../src/core/repository/chunker.ts';
import { countLineFeeds } from '../../../../src/core/repository/count-lines.ts';
import { DEFAULT_PARAMETERS } from '../../../../src/core/repository/parameters.ts';

const SMALL = { ...DEFAULT_PARAMETERS, min_chunk: 256, cut_bits: 8, max_chunk: 2048, sample_bits: 3, features: 4 };

/** Bytes that look random and are the same every time. */
function noise(length: number, seed: string): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; parts.length * 32 < length; i += 1) parts.push(createHash('sha256').update(`${seed}/${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

function cut(bytes: Uint8Array, segment = bytes.length): { ends: number[]; features: number[][] } {
  const ends: number[] = [];
  const features: number[][] = [];
  const sketch = new Uint32Array(4);
  let at = 0;
  let known = Math.min(segment, bytes.length);
  while (at < bytes.length) {
    const next = nextChunk(bytes, at, known, known === bytes.length, SMALL, sketch, 0);
    if (next < 0) known = Math.min(known + segment, bytes.length);
    else {
      ends.push(next);
      features.push([...sketch]);
      at = next;
    }
  }
  return { ends, features };
}

describe('cutting', () => {
  test('chunks keep the smallest and the largest size, and all bytes are in one', () => {
    const { ends } = cut(noise(100_000, 'a'));
    const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0));
    expect(ends.at(-1)).toBe(100_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(256);
  });

  test('boundaries and sketches do not depend on how the bytes arrive', () => {
    const bytes = noise(50_000, 'b');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), (segment) => {
        expect(cut(bytes, segment)).toEqual(cut(bytes));
      }),
      { numRuns: 30 },
    );
  });

  test('boundaries and sketches do not depend on where in memory the bytes lie', () => {
    const bytes = noise(50_000, 'b');
    const moved = [1, 2, 3].map((offset) => {
      const room = new Uint8Array(new SharedArrayBuffer(bytes.length + offset));
      room.set(bytes, offset);
      return cut(room.subarray(offset));
    });
    for (const found of moved) expect(found).toEqual(cut(bytes));
  });

  test('after an insertion the boundaries are the same again', () => {
    const bytes = noise(60_000, 'c');
    const changed = Buffer.concat([bytes.subarray(0, 1000), Buffer.from('inserted'), bytes.subarray(1000)]);
    const moved = new Set(cut(changed).ends.map((end) => end - 8));
    const same = cut(bytes).ends.filter((end) => moved.has(end));
    expect(same.length).toBeGreaterThan(cut(bytes).ends.length * 0.9);
  });

  test('a chunk with a small change keeps most of its features', () => {
    const bytes = noise(200, 'd');
    const changed = Uint8Array.from(bytes);
    changed[100] = (changed[100] as number) ^ 1;
    const [one] = cut(bytes).features;
    const [other] = cut(changed).features;
    expect(one?.filter((feature, i) => feature === other?.[i]).length).toBeGreaterThanOrEqual(2);
  });

  test('the cuts of version 1 never change', () => {
    expect(cut(noise(8000, 'fixed')).ends.slice(0, 6)).toMatchInlineSnapshot(`
      [
        478,
        1006,
        1337,
        1722,
        2213,
        2593,
      ]
    `);
  });
});

describe('counting lines', () => {
  test('agrees with counting one by one, at every alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 7 }), (bytes, from) => {
        const lines = bytes.map((byte) => (byte < 60 ? 10 : byte)).subarray(from);
        expect(countLineFeeds(lines)).toBe(lines.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0));
      }),
    );
  });
});
