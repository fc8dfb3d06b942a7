import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAULT_POINTS } from '../../../../src/core/faults.ts';
import { createRepository, openRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable, writeFiles } from '../../../support/sample-tables.ts';
import { SMALL_STORE } from '../../../support/small-store.ts';
import { storeDump } from '../../../support/store-dump.ts';

const SMALL = { ...SMALL_STORE, max_depth: 3 };
const CHILD = join(import.meta.dirname, '../../../support/repository-child.ts');

let folder: string;
let directory: string;
let repository: Repository;
/** What must be in the repository: content of `1.dat` by uuid. */
let expected: Map<string, Buffer>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-crash-'));
  directory = join(folder, 'repository');
  repository = await createRepository(directory, SMALL);
  expected = new Map();
});

afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

function child(args: string[], environment: Record<string, string> = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [CHILD, directory, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

const dying = (point: string) => ({ PGSNAPMAN_TEST: '1', PGSNAPMAN_FAULT: `${point}:kill` });

/** Files of a dump on disk, for a child. */
function filesFolder(bytes: Buffer): string {
  const path = join(folder, `files-${randomUUID()}`);
  writeFiles(path, { 'toc.dat': 'toc', '1.dat': bytes });
  return path;
}

async function expectAllWell(where: Repository = repository): Promise<void> {
  const { manifests, unreadable } = await where.list();
  expect(unreadable).toEqual([]);
  expect(manifests.map((manifest) => manifest.uuid).sort()).toEqual([...expected.keys()].sort());
  expect((await where.check({ readData: true })).problems).toEqual([]);
  for (const [uuid, bytes] of expected) {
    const out = join(folder, `out-${randomUUID()}`);
    await where.materialize(uuid, out);
    expect(readFileSync(join(out, '1.dat')).equals(bytes)).toBe(true);
    rmSync(out, { recursive: true });
  }
}

async function storeDays(count: number): Promise<SampleTable> {
  const data = new SampleTable(1);
  data.append(4000);
  for (let day = 0; day < count; day += 1) {
    expected.set(
      (await storeDump(repository, { 'toc.dat': Buffer.from('toc'), '1.dat': data.bytes() })).uuid,
      data.bytes(),
    );
    data.update(0.03);
    data.append(40);
  }
  return data;
}

const points = Object.keys(FAULT_POINTS).filter((point) => point.startsWith('repository.'));
const writing = ['dump.object-stored', 'dump.before-manifest', ...points.filter((p) => !/prune|trashed|copy/.test(p))];

describe('a writer killed', () => {
  test.each(writing)('at %s leaves all as it was, and the next run works', { timeout: 60_000 }, async (point) => {
    const data = await storeDays(2);
    const uuid = randomUUID();
    expect(child(['store', uuid, filesFolder(data.bytes())], dying(point)).signal).toBe('SIGKILL');
    await expectAllWell();
    expect(child(['store', uuid, filesFolder(data.bytes())]).status).toBe(0);
    expected.set(uuid, data.bytes());
    await expectAllWell();
    await repository.prune();
    await expectAllWell();
    expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
    expect(readdirSync(join(directory, 'leases'))).toEqual([]);
    expect(readdirSync(join(directory, 'packs')).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('two writers at a time, one of them killed', () => {
  const late = ['repository.pack-written', 'dump.before-manifest'];
  test.each(late)('at %s, beside pruning: the other one is whole', { timeout: 60_000 }, async (point) => {
    const data = await storeDays(3);
    const bytes = data.bytes();
    const files = filesFolder(bytes);
    const run = (uuid: string, environment: Record<string, string>) => {
      const writer = spawn(process.execPath, [CHILD, directory, 'store', uuid, files], {
        stdio: 'ignore',
        env: { ...process.env, ...environment },
      });
      return new Promise<number | string | null>((ended) => writer.on('exit', (code, signal) => ended(code ?? signal)));
    };
    const uuid = randomUUID();
    const ends = [run(randomUUID(), dying(point)), run(uuid, {})];
    await removeOldest();
    for (let round = 0; round < 4; round += 1) await repository.prune();
    expect(await Promise.all(ends)).toEqual(['SIGKILL', 0]);
    expected.set(uuid, bytes);
    await repository.prune();
    await expectAllWell();
    for (const name of ['tmp', 'leases', 'trash']) expect(readdirSync(join(directory, name))).toEqual([]);
  });
});

describe('removing and pruning killed', () => {
  const cleaning = points.filter((point) => /prune|trashed/.test(point));
  test.each(cleaning)('at %s loses nothing, and the next run finishes', { timeout: 60_000 }, async (point) => {
    await storeDays(5);
    const gone = [...expected.keys()].slice(0, 4);
    for (const uuid of gone) {
      if (point === 'repository.dump-trashed') expect(child(['remove', uuid], dying(point)).signal).toBe('SIGKILL');
      else await repository.remove(uuid);
      expected.delete(uuid);
    }
    if (point !== 'repository.dump-trashed') expect(child(['prune'], dying(point)).signal).toBe('SIGKILL');
    await expectAllWell();
    await repository.prune();
    await expectAllWell();
    expect(readdirSync(join(directory, 'trash'))).toEqual([]);
  });

  test('a copy killed in between goes on where it was', { timeout: 60_000 }, async () => {
    await storeDays(2);
    const other = await createRepository(join(folder, 'other'), SMALL);
    expect(child(['copy', join(folder, 'other')], dying('repository.copy-file')).signal).toBe('SIGKILL');
    expect(child(['copy', join(folder, 'other')]).status).toBe(0);
    await expectAllWell(other);
    await other.close();
  });
});

type Step =
  | { do: 'store' | 'remove' | 'prune'; job: number }
  | { do: 'kill'; point: string; job: number }
  | { do: 'together'; job: number };

const job = fc.integer({ min: 1, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('store' as const, 'remove' as const, 'prune' as const), job }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), point: fc.constantFrom(...points), job }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('together' as const), job }) },
);

describe('any sequence', () => {
  test('of dumps, removals, prunings, kills and concurrent runs leaves what remains as it was', {
    timeout: 300_000,
  }, async () => {
    const numRuns = Number(process.env.PGSNAPMAN_PROPERTY_RUNS ?? 4);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 12 }), async (steps) => {
        run += 1;
        await repository.close();
        directory = join(folder, `repository-${run}`);
        repository = await createRepository(directory, SMALL);
        expected = new Map();
        await play(steps);
        await expectAllWell();
      }),
      { numRuns },
    );
  });
});

async function play(steps: readonly Step[]): Promise<void> {
  const tables = [1, 2].map((seed) => {
    const data = new SampleTable(seed);
    data.append(2500);
    return data;
  });
  for (const each of steps) {
    const data = tables[each.job - 1] as SampleTable;
    if (each.do === 'store') await store(data, each.job);
    else if (each.do === 'remove') await removeOldest();
    else if (each.do === 'prune') await repository.prune();
    else if (each.do === 'kill') await killed(each.point, data);
    else await together(data, each.job);
    data.update(0.02);
  }
}

async function store(data: SampleTable, jobId: number): Promise<void> {
  const bytes = data.bytes();
  expected.set((await storeDump(repository, { 'toc.dat': Buffer.from('toc'), '1.dat': bytes }, { jobId })).uuid, bytes);
}

async function removeOldest(): Promise<void> {
  const [uuid] = expected.keys();
  if (uuid === undefined) return;
  await repository.remove(uuid);
  expected.delete(uuid);
}

/** A child that is killed at the point if it gets there; what it did is seen from outside. */
async function killed(point: string, data: SampleTable): Promise<void> {
  const uuid = randomUUID();
  if (/prune/.test(point)) {
    await removeOldest();
    child(['prune'], dying(point));
  } else if (/trashed/.test(point)) {
    const [oldest] = expected.keys();
    if (oldest !== undefined) child(['remove', oldest], dying(point));
    if (oldest !== undefined) expected.delete(oldest);
  } else if (child(['store', uuid, filesFolder(data.bytes())], dying(point)).status === 0) {
    expected.set(uuid, data.bytes());
  }
}

/** Two dumps, a removal and a pruning at the same time, in two processes. */
async function together(data: SampleTable, jobId: number): Promise<void> {
  const uuid = randomUUID();
  const bytes = data.bytes();
  const files = filesFolder(bytes);
  const other = spawn(process.execPath, [CHILD, directory, 'store', uuid, files], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => other.on('exit', resolve));
  await Promise.all([store(data, jobId), removeOldest(), repository.prune().catch(() => {})]);
  await repository.prune();
  expect(await ended).toBe(0);
  expected.set(uuid, bytes);
}

test('the child script can be run at all', () => {
  expect(child(['nonsense']).stderr).toContain('unknown operation');
  mkdirSync(join(folder, 'x'));
});

test('a repository opened twice sees the same dumps', async () => {
  await storeDays(1);
  const again = await openRepository(directory);
  await expectAllWell(again);
  await again.close();
});
