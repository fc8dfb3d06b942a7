import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable, writeFiles } from '../../../support/sample-tables.ts';
import { storeDump } from '../../../support/store-dump.ts';

const SMALL = { min_chunk: 1024, cut_bits: 11, max_chunk: 16384, sample_bits: 4, block: 32768, pack: 65536 };
const CHILD = join(import.meta.dirname, '../../../support/repository-child.ts');
const ROUNDS = Number(process.env.PGSNAPMAN_PROPERTY_RUNS ?? 4);

let folder: string;
let directory: string;
let repository: Repository;
let data: SampleTable;
let kept: { uuid: string; bytes: Buffer }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-full-'));
  directory = join(folder, 'disk', 'repository');
  mkdirSync(join(folder, 'disk'));
});

afterEach(async () => {
  await repository?.close();
  spawnSync('umount', [join(folder, 'disk')], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  repository = await createRepository(directory, SMALL);
  data = new SampleTable(3);
  data.append(3000);
  kept = [];
  await storeHere();
}

async function storeHere(): Promise<void> {
  const bytes = data.bytes();
  kept.push({ uuid: (await storeDump(repository, { '1.dat': bytes })).uuid, bytes });
  data.update(0.2);
  data.append(1500);
}

/** Stores the next day in a process of its own; true: it is there. */
function storeInChild(prefix: readonly string[]): boolean {
  const files = join(folder, 'files');
  rmSync(files, { recursive: true, force: true });
  const bytes = data.bytes();
  writeFiles(files, { '1.dat': bytes });
  const uuid = randomUUID();
  const [file = '', ...args] = [...prefix, process.execPath, CHILD, directory, 'store', uuid, files];
  const { status, signal, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  expect(signal).toBeNull();
  if (status === 0) kept.push({ uuid, bytes });
  else expect(stderr).toContain('no space left on device');
  return status === 0;
}

async function expectAllWell(): Promise<void> {
  const { manifests, unreadable } = await repository.list();
  expect(unreadable).toEqual([]);
  expect(manifests.map((manifest) => manifest.uuid).sort()).toEqual(kept.map((dump) => dump.uuid).sort());
  expect((await repository.check({ readData: true })).problems).toEqual([]);
  for (const { uuid, bytes } of kept) {
    const out = join(folder, 'out');
    await repository.materialize(uuid, out);
    expect(readFileSync(join(out, '1.dat')).equals(bytes)).toBe(true);
    rmSync(out, { recursive: true });
  }
}

/** Numbers from 0 to 1 that look random and are the same every time. */
const chance = (round: number) => ((Math.imul(round + 1, 0x9e3779b1) >>> 0) % 1000) / 1000;

describe('without room for all of it', () => {
  test('on a full disk a dump is there whole or not at all, and the next one is good', { timeout: 120_000 }, async ({
    skip,
  }) => {
    const disk = join(folder, 'disk');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]).status === 0;
    if (!mounted) return skip('a small disk can only be mounted as root');
    await begin();
    let failures = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const filler = join(disk, 'filler');
      const { bavail, bsize } = statfsSync(disk);
      const leave = Math.floor(4096 + chance(round) * 50_000);
      const size = bavail * bsize - leave;
      expect(spawnSync('fallocate', ['-l', String(size), filler]).status).toBe(0);
      if (!storeInChild([])) failures += 1;
      rmSync(filler);
      await expectAllWell();
    }
    expect(failures).toBeGreaterThan(0);
    await repository.prune();
    await storeHere();
    await expectAllWell();
    expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
    // With no room left at all, dumps can be removed, and that frees room.
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'], { stdio: 'ignore' });
    expect(statfsSync(disk).bavail).toBe(0);
    for (const { uuid } of kept.splice(1)) expect(await repository.remove(uuid)).toBe(true);
    await repository.prune().catch((error: Error) => expect(error.message).toContain('no space left'));
    await repository.prune();
    expect(statfsSync(disk).bavail).toBeGreaterThan(10);
    expect(readdirSync(join(directory, 'trash'))).toEqual([]);
    await expectAllWell();
  });

  test('with a limit on the size of files, too', { timeout: 120_000 }, async ({ skip }) => {
    if (!existsSync('/usr/bin/prlimit')) return skip('prlimit is not installed');
    await begin();
    let failures = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const limit = Math.floor(16 + chance(round) * 60_000);
      if (!storeInChild(['/usr/bin/prlimit', `--fsize=${limit}`])) failures += 1;
      await expectAllWell();
    }
    expect(failures).toBeGreaterThan(0);
    await repository.prune();
    await storeHere();
    await expectAllWell();
  });
});
