import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { haveSameBytes } from '../../../../src/worker/repository/same-bytes.ts';
import { temporaryFolder } from './fill.ts';

it('files are the same only if every byte is, also beyond the first block', async () => {
  const folder = await temporaryFolder();
  try {
    const path = (name: string) => join(folder.path, name);
    const big = Buffer.alloc(3 * 1024 * 1024 + 5, 7);
    const other = Buffer.from(big);
    other[other.length - 1] = 8;
    await writeFile(path('a'), big);
    await writeFile(path('b'), big);
    await writeFile(path('c'), other);
    await writeFile(path('d'), big.subarray(0, 2 * 1024 * 1024));
    expect(await haveSameBytes(path('a'), path('b'))).toBe(true);
    expect(await haveSameBytes(path('a'), path('c'))).toBe(false);
    expect(await haveSameBytes(path('a'), path('d'))).toBe(false);
    expect(await haveSameBytes(path('d'), path('a'))).toBe(false);
    expect(await haveSameBytes(path('a'), path('missing'))).toBe(false);
  } finally {
    await folder.remove();
  }
});
