import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepository, openRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { DumpWriter, Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { storeDump } from '../../../support/store-dump.ts';

const SMALL = { min_chunk: 1024, cut_bits: 11, max_chunk: 16384, sample_bits: 4, block: 32768, pack: 65536 };
/** What is copied by each: to `cp` the folder, to `rsync` its content. */
const COPIES = [
  ['cp', 'original'],
  ['rsync', 'original/'],
] as const;

let folder: string;
let original: Repository;
let writing: DumpWriter;
let days: { uuid: string; bytes: Buffer }[];

const isInstalled = (program: string) =>
  (process.env.PATH ?? '').split(':').some((path) => {
    try {
      return readdirSync(path).includes(program);
    } catch {
      return false;
    }
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-mirror-'));
  original = await createRepository(join(folder, 'original'), SMALL);
  const data = new SampleTable(1);
  data.append(3000);
  days = [];
  for (let day = 0; day < 4; day += 1) {
    const bytes = data.bytes();
    days.push({ uuid: (await storeDump(original, { 'toc.dat': Buffer.from('toc'), '1.dat': bytes })).uuid, bytes });
    data.update(0.03);
  }
  // While it is copied a dump is being written, and one has been removed that this dump may lean on.
  writing = await original.begin({ uuid: '0198c0de-1111-7000-8000-00000000000a', startedAt: new Date(), jobId: 1 });
  await writing.addFile('table_data', '1.dat', Readable.from([data.bytes()]));
  await original.remove(days.shift()?.uuid as string);
});
afterAll(async () => {
  await writing?.abort();
  await original?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(COPIES)('a copy by %s -a, taken while a dump is written', (program, from) => {
  test('works on another machine: checks, restores, recover.sh, a new dump, pruning', {
    timeout: 120_000,
  }, async ({ skip }) => {
    if (!isInstalled(program)) skip(`${program} is not installed`);
    const directory = join(folder, `copy by ${program}`);
    execFileSync(program, ['-a', `${folder}/${from}`, directory]);
    expect(readdirSync(join(directory, 'leases'))).toHaveLength(1);
    const copy = await openRepository(directory);
    try {
      await expectWhole(copy, directory, days);
      const data = new SampleTable(2);
      data.append(2000);
      const added = await storeDump(copy, { '1.dat': data.bytes() }, { jobId: 2 });
      const [first, ...others] = days;
      await copy.remove((first as (typeof days)[number]).uuid);
      // Nobody is at work here: what the other machine's writer held back, and what it has begun, goes.
      expect(await copy.prune()).toMatchObject({ postponed: false });
      for (const name of ['leases', 'tmp', 'trash']) expect(readdirSync(join(directory, name))).toEqual([]);
      await expectWhole(copy, directory, [...others, { uuid: added.uuid, bytes: data.bytes() }]);
    } finally {
      await copy.close();
    }
  });
});

/** What is expected is there, and nothing else, for pgsnapman and for a shell. */
async function expectWhole(copy: Repository, directory: string, expected: typeof days): Promise<void> {
  const { manifests } = await copy.list();
  expect(manifests.map(({ uuid }) => uuid).sort()).toEqual(expected.map(({ uuid }) => uuid).sort());
  expect((await copy.check({ readData: true })).problems).toEqual([]);
  for (const { uuid, bytes } of expected) {
    const dump = readdirSync(join(directory, 'dumps')).find((name) => name.endsWith(uuid.slice(-8))) as string;
    for (const out of [join(folder, 'read'), join(folder, 'recovered')]) {
      if (out.endsWith('read')) await copy.materialize(uuid, out);
      else execFileSync('sh', [join(directory, 'recover.sh'), dump, out], { stdio: 'ignore' });
      expect(readFileSync(join(out, '1.dat')).equals(bytes)).toBe(true);
      rmSync(out, { recursive: true });
      rmSync(`${out}.globals.sql`, { force: true });
    }
  }
}
