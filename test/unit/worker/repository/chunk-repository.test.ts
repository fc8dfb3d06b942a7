import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRepository, openRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { SMALL_STORE } from '../../../support/small-store.ts';
import { documents, draft, storeDump } from '../../../support/store-dump.ts';

let folder: string;
let repository: Repository;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-repository-'));
  repository = await createRepository(join(folder, 'repository'), SMALL_STORE);
});

afterEach(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

async function expectSame(uuid: string, files: Record<string, Uint8Array>): Promise<void> {
  const out = join(folder, `out-${randomUUID()}`);
  await repository.materialize(uuid, out);
  expect(readdirSync(out).sort()).toEqual(Object.keys(files).sort());
  for (const [name, bytes] of Object.entries(files)) expect(readFileSync(join(out, name)).equals(bytes)).toBe(true);
  rmSync(out, { recursive: true });
}

function table(seed: number, rows: number): SampleTable {
  const made = new SampleTable(seed);
  made.append(rows);
  return made;
}

describe('storing and reading', () => {
  test('a dump comes back byte for byte, with its sizes, hashes and rows', async () => {
    const files = {
      'toc.dat': randomBytes(5000),
      '1.dat': table(1, 20_000).bytes(),
      '2.dat': Buffer.from('\\.\n\n\n'),
      'blob_3.dat': Buffer.alloc(0),
    };
    const manifest = await storeDump(repository, files);
    await expectSame(manifest.uuid, files);
    const listed = await repository.files(manifest.uuid);
    for (const file of listed) {
      const bytes = files[file.path as keyof typeof files];
      expect(file.size_bytes).toBe(bytes.length);
      expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    expect(listed.find((file) => file.path === '1.dat')?.rows).toBe(20_000);
    expect(listed.find((file) => file.path === '2.dat')?.rows).toBe(0);
    expect(await repository.facts(manifest.uuid)).toEqual(documents.facts);
    expect(await repository.content(manifest.uuid)).toEqual(documents.content);
    expect(await repository.globalsSql(manifest.uuid)).toBe(documents.globalsSql);
  });

  test('the same dump again costs next to nothing, one with scattered changes a small part', async () => {
    const data = table(2, 30_000);
    const first = await storeDump(repository, { '1.dat': data.bytes() });
    const second = await storeDump(repository, { '1.dat': data.bytes() });
    expect(second.new_bytes).toBeLessThan(first.new_bytes / 50);
    data.update(0.01);
    const third = await storeDump(repository, { '1.dat': data.bytes() });
    expect(third.new_bytes).toBeLessThan(first.new_bytes / 5);
    await expectSame(third.uuid, { '1.dat': data.bytes() });
  });

  test('many days with bases upon bases come back, each as it was', async () => {
    const data = table(3, 15_000);
    const days: [string, Buffer][] = [];
    for (let day = 0; day < 12; day += 1) {
      const bytes = data.bytes();
      days.push([(await storeDump(repository, { '1.dat': bytes })).uuid, bytes]);
      data.update(0.02);
      data.append(100);
    }
    for (const [uuid, bytes] of days) await expectSame(uuid, { '1.dat': bytes });
    const report = await repository.check({ readData: true });
    expect(report.problems).toEqual([]);
    expect(report.dumps).toBe(12);
  });

  test('a stream in odd pieces and a file on disk are stored alike', async () => {
    const bytes = table(4, 60_000).bytes();
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 77_777) pieces.push(bytes.subarray(at, at + 77_777));
    writeFileSync(join(folder, 'file'), bytes);
    const uuid = randomUUID();
    const writer = await repository.begin({ uuid, startedAt: new Date(), jobId: null });
    const one = await writer.addFile('table_data', '1.dat', Readable.from(pieces));
    const other = await writer.addFile('table_data', '2.dat', { file: join(folder, 'file') });
    expect(other).toEqual(one);
    const { manifest } = await writer.commit(draft(uuid, new Date(), null), documents);
    expect(manifest.new_bytes).toBeLessThan(bytes.length * 0.7);
    await expectSame(uuid, { '1.dat': bytes, '2.dat': bytes });
  });

  test.each([
    ['is cut off', 'a\tb\nc'],
    ['goes on after its end', 'a\n\\.\nb\n\n'],
    ['goes on long after its end', `a\n\\.\n${'b\n'.repeat(500)}\\.\n\n\n`],
    ['is empty', ''],
  ])('data of a table that %s is refused', async (_, text) => {
    const writer = await repository.begin({ uuid: randomUUID(), startedAt: new Date(), jobId: 1 });
    await expect(writer.addFile('table_data', '1.dat', Readable.from([Buffer.from(text)]))).rejects.toThrow(
      'does not end',
    );
    await writer.abort();
    expect(readdirSync(join(folder, 'repository', 'packs'))).toEqual([]);
  });

  test('nothing of a dump is visible before it is committed, nothing stays of one that is aborted', async () => {
    const writer = await repository.begin({ uuid: randomUUID(), startedAt: new Date(), jobId: 1 });
    await writer.addFile('other', 'x', Readable.from([randomBytes(500_000)]));
    expect((await repository.list()).manifests).toEqual([]);
    await writer.abort();
    for (const name of ['packs', 'dumps', 'tmp', 'leases']) {
      expect(readdirSync(join(folder, 'repository', name))).toEqual([]);
    }
  });

  test('two dumps of the same data written at a time both come back', async () => {
    const bytes = table(5, 20_000).bytes();
    const manifests = await Promise.all([
      storeDump(repository, { '1.dat': bytes }),
      storeDump(repository, { '1.dat': bytes }),
    ]);
    for (const { uuid } of manifests) await expectSame(uuid, { '1.dat': bytes });
  });

  test('only the files that are wanted are written', async () => {
    const { uuid } = await storeDump(repository, { 'toc.dat': randomBytes(10), '1.dat': table(1, 5).bytes() });
    await repository.materialize(uuid, join(folder, 'out'), (file) => file.role === 'toc');
    expect(readdirSync(join(folder, 'out'))).toEqual(['toc.dat']);
  });

  test('a copy of the folder is a repository', async () => {
    const files = { '1.dat': table(6, 5000).bytes() };
    const { uuid } = await storeDump(repository, files);
    cpSync(join(folder, 'repository'), join(folder, 'mirror'), { recursive: true });
    await repository.close();
    repository = await openRepository(join(folder, 'mirror'));
    await expectSame(uuid, files);
  });

  test('all files are private', async () => {
    await storeDump(repository, { '1.dat': table(6, 5000).bytes() });
    const modes = (path: string): number[] =>
      readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
        const below = join(path, entry.name);
        return [statSync(below).mode & 0o077, ...(entry.isDirectory() ? modes(below) : [])];
      });
    expect(modes(join(folder, 'repository')).every((mode) => mode === 0)).toBe(true);
  });

  test('files are stored alike on both sides of the size at which threads cut them', async () => {
    const contents = [0, 1, 65_535, 65_536, 65_537, 70_000].map((size) => randomBytes(size));
    const paths = contents.map((bytes, i) => {
      const path = join(folder, `blob_${i}.dat`);
      writeFileSync(path, bytes);
      return [`blob_${i}.dat`, { file: path }] as const;
    });
    const { uuid } = await storeDump(repository, Object.fromEntries(paths));
    await repository.materialize(uuid, join(folder, 'out'));
    contents.forEach((bytes, i) => {
      expect(readFileSync(join(folder, 'out', `blob_${i}.dat`)).equals(bytes)).toBe(true);
    });
    const again = await storeDump(repository, Object.fromEntries(contents.map((bytes, i) => [`blob_${i}.dat`, bytes])));
    expect(again.new_bytes).toBeLessThan(8_000);
  });

  test('a repository of a newer format is refused with a clear sentence', async () => {
    const path = join(folder, 'repository', 'repository.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"format_version": 1', '"format_version": 2'));
    await expect(openRepository(join(folder, 'repository'))).rejects.toThrow('has format version 2');
  });
});

describe('content made to attack', () => {
  const magic = Buffer.from([0x37, 0xa4, 0x30, 0xec]);
  const cases: Record<string, () => Buffer> = {
    'full of the magic number of zstd dictionaries': () => Buffer.concat(Array.from({ length: 100_000 }, () => magic)),
    'beginning with that magic number': () => Buffer.concat([magic, randomBytes(40_000), magic, randomBytes(40_000)]),
    'of identical rows': () => Buffer.from('same\trow\n'.repeat(200_000)),
    'of zeros': () => Buffer.alloc(1_000_000),
    'of random bytes': () => randomBytes(2_000_000),
    'that looks similar and is not': () => {
      const marker = randomBytes(64);
      return Buffer.concat(Array.from({ length: 2000 }, () => Buffer.concat([marker, randomBytes(1000)])));
    },
  };
  test.each(Object.entries(cases))('data %s come back, also when they change', async (_, make) => {
    const bytes = make();
    const changed = Buffer.concat([bytes.subarray(0, 1000), randomBytes(50), bytes.subarray(1020), make()]);
    const first = await storeDump(repository, { x: bytes });
    const second = await storeDump(repository, { x: changed });
    const third = await storeDump(repository, { x: make() });
    await expectSame(first.uuid, { x: bytes });
    await expectSame(second.uuid, { x: changed });
    expect(third.new_bytes).toBeLessThan(bytes.length * 1.05 + 10_000);
    expect((await repository.check({ readData: true })).problems).toEqual([]);
  });
});
