import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { smallFiles } from '../../../../src/worker/files/small-files.ts';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { verifyDump } from '../../../../src/worker/verify/verify-dump.ts';
import { DAMAGE } from '../../../support/damage-file.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { SMALL_STORE } from '../../../support/small-store.ts';
import { storeDump } from '../../../support/store-dump.ts';

const SMALL = { ...SMALL_STORE, pack: 1048576 };

let folder: string;
let directory: string;
let repository: Repository;
let days: { uuid: string; bytes: Buffer; folder: string }[];
let data: SampleTable;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-damage-'));
  directory = join(folder, 'repository');
  repository = await createRepository(directory, SMALL);
  data = new SampleTable(1);
  data.append(5000);
  days = [];
  for (let day = 0; day < 3; day += 1) await storeDay();
  // A dump of another database; its documents are alike, so it may lean on the others.
  await storeDay(2, Buffer.concat([Buffer.from('other\n'.repeat(3000)), Buffer.from('\\.\n\n\n')]));
});

afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

async function storeDay(jobId = 1, bytes = data.bytes()): Promise<void> {
  const before = new Set(readdirSync(join(directory, 'dumps')));
  const { uuid } = await storeDump(repository, { '1.dat': bytes }, { jobId, database: `database ${jobId}` });
  const name = readdirSync(join(directory, 'dumps')).find((found) => !before.has(found)) as string;
  days.push({ uuid, bytes, folder: name });
  data.update(0.02);
}

async function isWhole(day: { uuid: string; bytes: Buffer }): Promise<boolean | string> {
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  try {
    await repository.materialize(day.uuid, out);
  } catch (error) {
    return (error as Error).message;
  }
  return readFileSync(join(out, '1.dat')).equals(day.bytes);
}

/** The largest file of a kind that the first dump brought: the base of all that follow. */
function oldestPackFile(extension: string): string {
  const packs = join(directory, 'packs');
  const largest = readdirSync(packs)
    .filter((name) => name.endsWith('.pack'))
    .sort((a, b) => statSync(join(packs, b)).size - statSync(join(packs, a)).size)[0] as string;
  return join(packs, largest.replace('.pack', extension));
}

const CLASSES: Record<string, () => string> = {
  pack: () => oldestPackFile('.pack'),
  'index of blocks': () => oldestPackFile('.blocks'),
  manifest: () => join(directory, 'dumps', days[1]?.folder as string, 'manifest.json'),
  'list of documents': () => join(directory, 'dumps', days[1]?.folder as string, 'documents'),
  'list of needed blocks': () => join(directory, 'dumps', days[1]?.folder as string, 'needs'),
};
const cases = Object.keys(CLASSES).flatMap((file) => Object.keys(DAMAGE).map((damage) => [file, damage] as const));

describe('damage', () => {
  test.each(cases)(
    'a %s that is %s is found, named, and hurts only who needs it',
    { timeout: 60_000 },
    async (file, damage) => {
      DAMAGE[damage]?.((CLASSES[file] as () => string)());
      const { problems } = await repository.check({ readData: true });
      expect(problems.length).toBeGreaterThan(0);
      const hurt = new Set(problems.flatMap((problem) => problem.dumps));
      for (const day of days) {
        const whole = await isWhole(day);
        // Never wrong data; and whoever is not named is whole.
        expect(whole).not.toBe(false);
        if (!hurt.has(day.folder)) expect(whole).toBe(true);
      }
      if (file === 'pack') {
        // All three are built on it.
        for (const day of days.slice(0, 3)) expect(hurt.has(day.folder)).toBe(true);
      } else if (file !== 'index of blocks') expect([...hurt]).toEqual([days[1]?.folder]);
    },
  );

  test.each(cases)('after a %s was %s the next dump is whole', { timeout: 60_000 }, async (file, damage) => {
    DAMAGE[damage]?.((CLASSES[file] as () => string)());
    await repository.check({ readData: true });
    await storeDay();
    expect(await isWhole(days[4] as (typeof days)[number])).toBe(true);
    const { problems } = await repository.check({ readData: true });
    for (const problem of problems) expect(problem.dumps).not.toContain(days[4]?.folder);
  });

  test('an index of chunks that is lost hurts no dump', async () => {
    rmSync(oldestPackFile('.chunks'));
    const { problems } = await repository.check({ readData: true });
    expect(problems).toMatchObject([{ reason: 'is missing', dumps: [] }]);
    for (const day of days) expect(await isWhole(day)).toBe(true);
    await storeDay();
    expect(await isWhole(days[4] as (typeof days)[number])).toBe(true);
  });

  test('blocks whose content comes again are put right, and older dumps with them', async () => {
    const again = new SampleTable(1);
    again.append(5000);
    DAMAGE.flipped?.(oldestPackFile('.pack'));
    const found = await repository.check({ readData: true });
    expect(found.problems.length).toBeGreaterThan(0);
    await storeDay(1, again.bytes());
    expect((await repository.check({ readData: true })).problems).toEqual([]);
    for (const day of days) expect(await isWhole(day)).toBe(true);
    await repository.prune();
    for (const day of days) expect(await isWhole(day)).toBe(true);
  });

  test('an index of blocks that is lost or damaged is made anew by repair', { timeout: 60_000 }, async () => {
    rmSync(oldestPackFile('.blocks'));
    const names = readdirSync(join(directory, 'packs')).filter((name) => name.endsWith('.blocks'));
    DAMAGE.flipped?.(join(directory, 'packs', names[0] as string));
    expect((await repository.check()).problems.length).toBeGreaterThan(0);
    await repository.prune();
    const report = await repository.repair();
    expect(report.setAside).toEqual([]);
    expect(report.rebuiltIndexes).toHaveLength(2);
    expect((await repository.check({ readData: true })).problems).toEqual([]);
    for (const day of days) expect(await isWhole(day)).toBe(true);
    expect((await repository.repair()).rebuiltIndexes).toEqual([]);
  });

  test.each(Object.keys(DAMAGE))(
    'an index of moved blocks that is %s is named, nothing goes, repair brings it back',
    {
      timeout: 60_000,
    },
    async (damage) => {
      const own = new SampleTable(8);
      own.append(1000);
      const garbage = Buffer.concat([randomBytes(150_000), own.bytes()]);
      const first = await storeDump(repository, { '1.dat': garbage }, { jobId: 3 });
      await storeDay(3, own.bytes());
      await repository.remove(first.uuid);
      await repository.prune();
      const moved = readdirSync(join(directory, 'packs')).filter((name) => name.endsWith('.moved'));
      expect(moved.length).toBeGreaterThan(0);
      for (const name of moved) DAMAGE[damage]?.(join(directory, 'packs', name));
      expect((await repository.check()).problems.length).toBeGreaterThan(0);
      await repository.prune();
      expect((await repository.repair()).rebuiltIndexes).toHaveLength(moved.length);
      for (const day of days) expect(await isWhole(day)).toBe(true);
      expect((await repository.check({ readData: true })).problems).toEqual([]);
    },
  );

  test.each(['flipped', 'truncated', 'emptied'])(
    'an index of chunks that is %s is named and hurts no dump',
    {
      timeout: 60_000,
    },
    async (damage) => {
      const path = oldestPackFile('.chunks');
      DAMAGE[damage]?.(path);
      const { problems } = await repository.check({ readData: true });
      expect(problems.map(({ subject }) => subject)).toContain(path.slice(directory.length + 1));
      for (const problem of problems.filter(({ subject }) => subject.endsWith('.chunks')))
        expect(problem.dumps).toEqual([]);
      for (const day of days) expect(await isWhole(day)).toBe(true);
      await storeDay();
      expect(await isWhole(days[4] as (typeof days)[number])).toBe(true);
    },
  );

  test.each(Object.keys(DAMAGE))('a dump whose state was %s is whole', async (damage) => {
    DAMAGE[damage]?.(join(directory, 'dumps', days[1]?.folder as string, 'state.json'));
    for (const day of days) expect(await isWhole(day)).toBe(true);
  });

  test('a dump that was set aside does not keep pruning from its work', { timeout: 60_000 }, async () => {
    DAMAGE.flipped?.(oldestPackFile('.pack'));
    const { setAside } = await repository.repair();
    expect(setAside.map((dump) => dump.folder)).toEqual(days.slice(0, 3).map((day) => day.folder));
    await repository.prune();
    expect((await repository.check({ readData: true })).problems).toEqual([]);
    expect(await isWhole(days[3] as (typeof days)[number])).toBe(true);
    for (const day of days.slice(0, 3)) expect(readdirSync(join(directory, 'set-aside'))).toContain(day.folder);
  });

  test('repair sets aside what is hurt, after writing what can be read', { timeout: 60_000 }, async () => {
    DAMAGE.flipped?.(CLASSES.manifest?.() as string);
    const { setAside } = await repository.repair({ exportTo: join(folder, 'export') });
    expect(setAside.map((dump) => dump.folder)).toEqual([days[1]?.folder]);
    expect((await repository.check({ readData: true })).problems).toEqual([]);
    await repository.prune();
    for (const day of days.filter((_, i) => i !== 1)) expect(await isWhole(day)).toBe(true);
  });
});

describe('a manifest that cannot be read for lack of open files', () => {
  beforeEach(() => {
    const read = smallFiles.read.bind(smallFiles);
    vi.spyOn(smallFiles, 'read').mockImplementation(async (path) => {
      if (path.endsWith(join(days[0]?.folder ?? '', 'manifest.json')))
        throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      return read(path);
    });
  });
  afterEach(() => vi.restoreAllMocks());

  test('is no damage: it is listed as one that cannot be read just now', async () => {
    const { manifests, unreadable } = await repository.list();
    expect(manifests).toHaveLength(3);
    expect(unreadable).toEqual([
      {
        folder: days[0]?.folder,
        reason: expect.stringContaining('cannot be read now: its manifest: EMFILE'),
        damaged: false,
      },
    ]);
  });

  test('ends a check, a repair, a pruning and a verification, and nothing is marked or set aside', async () => {
    const now = /cannot be read now/;
    await expect(repository.check({ readData: true })).rejects.toThrow(now);
    await expect(repository.repair({})).rejects.toThrow(now);
    await repository.remove(days[1]?.uuid ?? '');
    await expect(repository.prune()).rejects.toThrow(now);
    const parts = {
      repository,
      tools: [],
      stagingFolder: folder,
      version: '0',
      manifestSha256: null,
      now: () => new Date(),
    };
    await expect(verifyDump(days[0]?.uuid ?? '', 2, parts)).rejects.toThrow(now);
    vi.restoreAllMocks();
    expect(await isWhole(days[0] as { uuid: string; bytes: Buffer })).toBe(true);
    expect((await repository.check({ readData: true })).problems).toEqual([]);
  });
});

test('a manifest that is gone or broken is damage', async () => {
  rmSync(join(directory, 'dumps', days[0]?.folder ?? '', 'manifest.json'));
  writeFileSync(join(directory, 'dumps', days[1]?.folder ?? '', 'manifest.json'), '{}');
  const { unreadable } = await repository.list();
  expect(unreadable.map(({ folder: name, damaged }) => ({ name, damaged }))).toEqual([
    { name: days[0]?.folder, damaged: true },
    { name: days[1]?.folder, damaged: true },
  ]);
});
