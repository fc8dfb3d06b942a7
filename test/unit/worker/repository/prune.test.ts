import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import { takeLease } from '../../../../src/worker/repository/leases.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { SMALL_STORE } from '../../../support/small-store.ts';
import { documents, draft, storeDump } from '../../../support/store-dump.ts';

let folder: string;
let directory: string;
let repository: Repository;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-prune-'));
  directory = join(folder, 'repository');
  repository = await createRepository(directory, SMALL_STORE);
});

afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

function table(seed: number, rows: number): SampleTable {
  const made = new SampleTable(seed);
  made.append(rows);
  return made;
}

async function expectSame(uuid: string, bytes: Buffer): Promise<void> {
  const out = join(folder, 'out');
  await repository.materialize(uuid, out);
  expect(readFileSync(join(out, '1.dat')).equals(bytes)).toBe(true);
  rmSync(out, { recursive: true });
}

const packs = () => readdirSync(join(directory, 'packs')).filter((name) => name.endsWith('.pack'));

describe('pruning', () => {
  test('nothing goes while all dumps stay', async () => {
    await storeDump(repository, { '1.dat': table(1, 5000).bytes() });
    expect(await repository.prune()).toEqual({ removedPacks: 0, freedBytes: 0, movedBlocks: 0, postponed: false });
  });

  test('everything goes when no dump is left', async () => {
    const { uuid } = await storeDump(repository, { '1.dat': table(1, 5000).bytes() });
    expect(await repository.remove(uuid)).toBe(true);
    expect(await repository.remove(uuid)).toBe(false);
    expect((await repository.list()).manifests).toEqual([]);
    const planned = await repository.prune({ dryRun: true });
    expect(packs().length).toBeGreaterThan(0);
    const report = await repository.prune();
    expect(report.removedPacks).toBe(planned.removedPacks);
    for (const name of ['packs', 'trash', 'tmp']) expect(readdirSync(join(directory, name))).toEqual([]);
  });

  test('bases of chunks stay as long as a dump needs them, and packs that are mostly garbage are rewritten', {
    timeout: 60_000,
  }, async () => {
    const data = table(2, 12_000);
    const days: [string, Buffer][] = [];
    for (let day = 0; day < 10; day += 1) {
      days.push([(await storeDump(repository, { '1.dat': data.bytes() })).uuid, data.bytes()]);
      data.update(0.03);
    }
    const other = table(9, 12_000);
    days.push([(await storeDump(repository, { '1.dat': other.bytes() }, { jobId: 2 })).uuid, other.bytes()]);
    while (days.length > 1) {
      const [gone] = days.splice(Math.floor(days.length / 3), 1);
      await repository.remove((gone as [string, Buffer])[0]);
      await repository.prune();
      for (const [uuid, bytes] of days) await expectSame(uuid, bytes);
      expect((await repository.check({ readData: true })).problems).toEqual([]);
    }
    const status = await repository.status();
    expect(status.storedBytes).toBeLessThan(status.rawBytes * 2);
  });

  test('a removed dump stays readable for whoever began to read before, and goes later', async () => {
    const { uuid } = await storeDump(repository, { '1.dat': table(3, 5000).bytes() });
    const reader = takeLease(join(directory, 'leases'));
    await repository.remove(uuid);
    const before = packs();
    expect((await repository.prune()).postponed).toBe(true);
    expect(packs()).toEqual(before);
    reader.release();
    expect((await repository.prune()).removedPacks).toBe(before.length);
    expect(packs()).toEqual([]);
  });

  test('a dump being written may rely on one that is removed meanwhile, and keeps its own packs', async () => {
    const data = table(4, 12_000);
    const first = await storeDump(repository, { '1.dat': data.bytes() });
    const startedAt = new Date('2026-06-01');
    const uuid = '0198c0de-1111-7000-8000-00000000000a';
    const writer = await repository.begin({ uuid, startedAt, jobId: 1 });
    await repository.remove(first.uuid);
    await repository.prune();
    data.update(0.01);
    await writer.addFile('table_data', '1.dat', Readable.from([data.bytes()]));
    await repository.prune();
    await writer.commit(draft(uuid, startedAt, 1), documents);
    await repository.prune();
    await expectSame(uuid, data.bytes());
    expect((await repository.check({ readData: true })).problems).toEqual([]);
  });

  test('a manifest that cannot be read stops it', async () => {
    const one = await storeDump(repository, { '1.dat': table(5, 3000).bytes() });
    await storeDump(repository, { '1.dat': table(6, 3000).bytes() });
    await repository.remove(one.uuid);
    const [dump] = readdirSync(join(directory, 'dumps'));
    writeFileSync(join(directory, 'dumps', dump as string, 'manifest.json'), '{');
    const before = packs();
    await expect(repository.prune()).rejects.toThrow('cannot be understood');
    expect(packs()).toEqual(before);
  });

  test('leftovers of a writer that died go, those of one at work stay', async () => {
    const lease = takeLease(join(directory, 'leases'));
    for (const id of [lease.id, '0123456789ab']) {
      writeFileSync(join(directory, 'packs', `.tmp-${id}0000.pack`), 'x');
      writeFileSync(join(directory, 'packs', `${id}0000.pack`), 'x');
      writeFileSync(join(directory, 'tmp', id), 'x');
    }
    await repository.prune();
    lease.release();
    expect(readdirSync(join(directory, 'packs')).sort()).toEqual([`.tmp-${lease.id}0000.pack`, `${lease.id}0000.pack`]);
    expect(readdirSync(join(directory, 'tmp'))).toEqual([lease.id]);
  });
});

describe('small packs', () => {
  async function storeDays(count: number): Promise<[string, Buffer][]> {
    const days: [string, Buffer][] = [];
    const data = table(1, 400);
    for (let day = 0; day < count; day += 1) {
      days.push([(await storeDump(repository, { '1.dat': data.bytes() })).uuid, data.bytes()]);
      data.append(20);
    }
    return days;
  }

  test('of many dumps are joined when a dump that needed them went, and again later', { timeout: 60_000 }, async () => {
    const days = await storeDays(10);
    for (let round = 0; round < 2; round += 1) {
      const before = packs();
      const [gone] = days.splice(-1) as [[string, Buffer]];
      await repository.remove(gone[0]);
      const reader = takeLease(join(directory, 'leases'));
      const report = await repository.prune();
      expect(report.movedBlocks).toBeGreaterThan(7);
      expect(report.postponed).toBe(true);
      // Only those go that nobody but the removed dump needed: a dump makes one or two.
      const left = packs();
      expect(before.filter((name) => !left.includes(name)).length).toBeLessThanOrEqual(2);
      reader.release();
      await repository.prune();
      expect(packs().length).toBeLessThan(before.length / 2);
      await repository.close(); // threads remember what they have read
      for (const [uuid, bytes] of days) await expectSame(uuid, bytes);
      expect((await repository.check({ readData: true })).problems).toEqual([]);
      days.push(...(await storeDays(10)));
    }
    expect(await repository.prune()).toMatchObject({ removedPacks: 0, movedBlocks: 0 });
  });

  test('stay where only a few of them are', async () => {
    const days = await storeDays(2);
    const before = packs();
    const [uuid] = days[0] as [string, Buffer];
    await repository.remove(uuid);
    await repository.prune();
    expect(packs().every((name) => before.includes(name))).toBe(true);
  });
});

test('pruning beside restores never gives one wrong data', { timeout: 60_000 }, async () => {
  const data = table(5, 3000);
  const days: [string, Buffer][] = [];
  for (let day = 0; day < 8; day += 1) {
    days.push([(await storeDump(repository, { '1.dat': data.bytes() })).uuid, data.bytes()]);
    data.update(0.1);
  }
  const removed = new Set(days.filter((_, day) => day % 4 !== 3).map(([uuid]) => uuid));
  const restoring = days.map(async ([uuid, bytes]) => {
    const out = join(folder, `out-${uuid}`);
    try {
      await repository.materialize(uuid, out);
    } catch (error) {
      // It may be gone before the restore begins; not once it has begun.
      expect((error as Error).message).toContain('there is no dump');
      expect(removed.has(uuid)).toBe(true);
      return;
    }
    expect(readFileSync(join(out, '1.dat')).equals(bytes)).toBe(true);
  });
  for (const uuid of removed) {
    await repository.remove(uuid);
    await repository.prune();
  }
  await Promise.all(restoring);
  await repository.prune();
  for (const [uuid, bytes] of days) if (!removed.has(uuid)) await expectSame(uuid, bytes);
  expect((await repository.check({ readData: true })).problems).toEqual([]);
});

describe('copying', () => {
  test('brings what is missing, once', async () => {
    const data = table(7, 8000);
    const uuids: [string, Buffer][] = [];
    for (let day = 0; day < 3; day += 1) {
      uuids.push([
        (await storeDump(repository, { 'toc.dat': Buffer.from('toc'), '1.dat': data.bytes() })).uuid,
        data.bytes(),
      ]);
      data.update(0.02);
    }
    const other = await createRepository(join(folder, 'other'));
    const report = await repository.copyTo(other);
    expect(report).toEqual({ copied: uuids.map(([uuid]) => uuid), present: 0, failed: [] });
    expect(await repository.copyTo(other)).toEqual({ copied: [], present: 3, failed: [] });
    await repository.close();
    repository = other;
    for (const [uuid, bytes] of uuids) await expectSame(uuid, bytes);
  });
});

describe('blocks that have moved', () => {
  test('stay where they were while somebody may still read them there', async () => {
    const data = table(8, 1000);
    const first = await storeDump(repository, { '1.dat': Buffer.concat([randomBytes(150_000), data.bytes()]) });
    const kept = await storeDump(repository, { '1.dat': data.bytes() });
    await repository.remove(first.uuid);
    const before = packs();
    const reader = takeLease(join(directory, 'leases'));
    const report = await repository.prune();
    expect(report.movedBlocks).toBeGreaterThan(0);
    expect(report.postponed).toBe(true);
    const moved = packs().filter((name) => !before.includes(name));
    expect(moved.length).toBeGreaterThan(0);
    expect((await repository.prune()).postponed).toBe(true);
    const waiting = packs().filter((name) => before.includes(name));
    await expectSame(kept.uuid, data.bytes());
    reader.release();
    const last = await repository.prune();
    expect(last).toMatchObject({ postponed: false, movedBlocks: 0 });
    expect(last.freedBytes).toBeGreaterThan(150_000);
    expect(packs().length).toBe(waiting.length + moved.length - last.removedPacks);
    await repository.close(); // threads remember what they have read
    await expectSame(kept.uuid, data.bytes());
    expect((await repository.check({ readData: true })).problems).toEqual([]);
  });
});
