import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRepository, openRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { ATTACKS, alike } from '../../../support/hostile-content.ts';
import { storeDump } from '../../../support/store-dump.ts';

const BYTES = 3_000_000;
let folder: string;
let repository: Repository;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-hostile-'));
  repository = await createRepository(join(folder, 'repository'));
});
afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(Object.keys(ATTACKS))('%s is stored and read back, day after day', { timeout: 60_000 }, async (attack) => {
  const dumps: { uuid: string; bytes: Buffer }[] = [];
  for (let day = 0; day < 3; day += 1) {
    const bytes = ATTACKS[attack]?.(day, BYTES) as Buffer;
    const rows = Buffer.concat([bytes, Buffer.from('\n\\.\n\n\n')]);
    const manifest = await storeDump(repository, { 'toc.dat': bytes, '1.dat': rows });
    expect(manifest.new_bytes).toBeLessThan(2.1 * BYTES);
    dumps.push({ uuid: manifest.uuid, bytes });
  }
  expect((await repository.check({ readData: true })).problems).toEqual([]);
  for (const { uuid, bytes } of dumps) {
    const out = join(folder, uuid);
    await repository.materialize(uuid, out);
    expect(readFileSync(join(out, 'toc.dat')).equals(bytes)).toBe(true);
  }
});

test('a copy of all files is read at another place, and goes on there', { timeout: 60_000 }, async () => {
  const first = await storeDump(repository, { 'toc.dat': alike(1, BYTES) });
  const copy = join(folder, 'elsewhere', 'copied');
  cpSync(join(folder, 'repository'), copy, { recursive: true, preserveTimestamps: true });
  const other = await openRepository(copy);
  try {
    await other.materialize(first.uuid, join(folder, 'out'));
    expect(readFileSync(join(folder, 'out', 'toc.dat')).equals(alike(1, BYTES))).toBe(true);
    await storeDump(other, { 'toc.dat': alike(2, BYTES) });
    expect((await other.check({ readData: true })).problems).toEqual([]);
    expect(readdirSync(join(copy, 'dumps'))).toHaveLength(2);
    expect(readdirSync(join(folder, 'repository', 'dumps'))).toHaveLength(1);
  } finally {
    await other.close();
  }
});
