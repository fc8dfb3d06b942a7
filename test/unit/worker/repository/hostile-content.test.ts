import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRepository, openRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
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

const repeated = (unit: Buffer) => Buffer.alloc(BYTES, unit);
/** Rows that share most of their bytes with those of every other day, in another order and with another middle. */
function alike(day: number): Buffer {
  const rows: string[] = [];
  for (let i = 0; i < BYTES / 120; i += 1) {
    const hash = createHash('md5').update(`${day}/${i}`).digest('hex');
    rows.push(
      `the same beginning of every row${hash.slice(0, 8)}the same middle of it all${hash.slice(8, 20)}and the end`,
    );
  }
  return Buffer.from(rows.join('\n'));
}

/** Content made to make trouble, day by day. */
const ATTACKS: Record<string, (day: number) => Buffer> = {
  'the magic number of zstd dictionaries': () => repeated(Buffer.from([0x37, 0xa4, 0x30, 0xec])),
  'the magic number, and something new behind it': (day) =>
    Buffer.concat([Buffer.from([0x37, 0xa4, 0x30, 0xec]), repeated(Buffer.from(`row ${day}\n`))]),
  'the magic numbers of zstd frames and of skippable ones': (day) =>
    repeated(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x5e, 0x2a, 0x4d, 0x18, day])),
  'identical rows': () => repeated(Buffer.from('1\tthe same row\n')),
  'one byte': () => repeated(Buffer.from([0])),
  'random bytes': () => randomBytes(BYTES),
  'what always looks similar and never is the same': alike,
};

test.each(Object.keys(ATTACKS))('%s is stored and read back, day after day', { timeout: 60_000 }, async (attack) => {
  const dumps: { uuid: string; bytes: Buffer }[] = [];
  for (let day = 0; day < 3; day += 1) {
    const bytes = ATTACKS[attack]?.(day) as Buffer;
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
  const first = await storeDump(repository, { 'toc.dat': alike(1) });
  const copy = join(folder, 'elsewhere', 'copied');
  cpSync(join(folder, 'repository'), copy, { recursive: true, preserveTimestamps: true });
  const other = await openRepository(copy);
  try {
    await other.materialize(first.uuid, join(folder, 'out'));
    expect(readFileSync(join(folder, 'out', 'toc.dat')).equals(alike(1))).toBe(true);
    await storeDump(other, { 'toc.dat': alike(2) });
    expect((await other.check({ readData: true })).problems).toEqual([]);
    expect(readdirSync(join(copy, 'dumps'))).toHaveLength(2);
    expect(readdirSync(join(folder, 'repository', 'dumps'))).toHaveLength(1);
  } finally {
    await other.close();
  }
});
