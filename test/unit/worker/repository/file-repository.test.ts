import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRepository, openRepository } from '../../../../src/worker/repository/file-repository.ts';
import { objectPath } from '../../../../src/worker/repository/object-store.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { addFiles, DOCUMENTS, draft, FILES, putDump, STARTED, temporaryFolder } from './fill.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let directory: string;
let repository: Repository;

beforeEach(async () => {
  folder = await temporaryFolder();
  directory = join(folder.path, 'repository');
  repository = await createRepository(directory);
});
afterEach(() => folder.remove());

const tree = async () => (await readdir(directory, { recursive: true })).sort();
const objectOf = async (uuid: string, path: string) => {
  const file = (await repository.files(uuid)).find((found) => found.path === path);
  if (file === undefined) throw new Error(`no ${path}`);
  return objectPath(directory, file.sha256);
};

describe('a repository', () => {
  it('gives back every byte of a dump, with rows counted and sizes told', async () => {
    const uuid = await putDump(repository);
    const target = join(folder.path, 'out');
    await repository.materialize(uuid, target);
    for (const [path, [, content]] of Object.entries(FILES)) {
      expect(await readFile(join(target, path))).toEqual(Buffer.from(content));
    }
    const files = await repository.files(uuid);
    expect(files.map(({ path, rows }) => [path, rows])).toEqual([
      ['1.dat', 1000],
      ['blob_7.dat', null],
      ['toc.dat', null],
    ]);
    const { manifest } = (await repository.manifest(uuid)) ?? {};
    expect(manifest).toMatchObject({ uuid, dbname: 'shop', raw_bytes: 9013, repository_id: repository.id });
    expect(await repository.facts(uuid)).toEqual(DOCUMENTS.facts);
    expect(await repository.content(uuid)).toEqual(DOCUMENTS.content);
  });

  it('is the same after it was opened again', async () => {
    const uuid = await putDump(repository);
    const again = await openRepository(directory);
    expect(again.id).toBe(repository.id);
    expect((await again.list()).manifests.map((manifest) => manifest.uuid)).toEqual([uuid]);
  });

  it('writes only the files that are wanted, into a folder that was not there', async () => {
    const uuid = await putDump(repository);
    const target = join(folder.path, 'out');
    await repository.materialize(uuid, target, (file) => file.role === 'toc');
    expect(await readdir(target)).toEqual(['toc.dat']);
    await expect(repository.materialize(uuid, target)).rejects.toThrow('EEXIST');
  });

  it('stores the same content once', async () => {
    const first = await putDump(repository);
    const before = (await repository.status()).storedBytes;
    const second = await putDump(repository);
    const { manifest } = (await repository.manifest(second)) ?? {};
    const original = (await repository.manifest(first))?.manifest;
    expect(manifest?.stored_bytes).toBe(original?.stored_bytes);
    const documents = manifest?.side_files.reduce((sum, file) => sum + file.size_bytes, 0);
    expect(manifest?.new_bytes).toBe(documents);
    expect((await repository.status()).storedBytes).toBeLessThan(2 * before);
    expect((await repository.status()).dumpCount).toBe(2);
  });

  it('keeps objects that the zstd command can read, by the SHA-256 of what is in them', async () => {
    const uuid = await putDump(repository);
    const path = await objectOf(uuid, 'toc.dat');
    expect(zstdDecompressSync(await readFile(path)).toString()).toBe('contents');
  });

  it('is private to its account', async () => {
    await putDump(repository);
    for (const path of await tree()) {
      const found = await stat(join(directory, path));
      expect([path, found.mode & 0o777]).toEqual([path, found.isDirectory() ? 0o700 : 0o600]);
    }
  });

  it('never uses a name of a database for a path', async () => {
    const uuid = await putDump(repository);
    expect(await readdir(join(directory, 'dumps'))).toEqual([`20260314T021500Z-7-${uuid.slice(-8)}`]);
  });
});

describe('a dump that is not committed', () => {
  it('is not seen by anybody, and leaves nothing but objects after abort', async () => {
    const uuid = v7();
    const writer = await repository.begin({ uuid, startedAt: STARTED, jobId: null });
    await addFiles(writer, FILES);
    expect(await repository.manifest(uuid)).toBeNull();
    expect((await repository.list()).manifests).toEqual([]);
    await writer.abort();
    expect((await tree()).filter((path) => !path.startsWith('objects'))).toEqual([
      'dumps',
      'repository.json',
      'tmp',
      'tmp/lock',
    ]);
  });

  it('of a writer that died is swept away by the next, one that lives is not', async () => {
    const living = v7();
    const writer = await repository.begin({ uuid: living, startedAt: STARTED, jobId: null });
    const dead = join(directory, 'tmp', v7());
    await mkdir(dead);
    await writeFile(join(dead, '1.zst'), 'half a file');
    await putDump(repository);
    expect((await readdir(join(directory, 'tmp'))).sort()).toEqual([living, 'lock'].sort());
    await addFiles(writer, FILES);
    await writer.commit(draft(living), DOCUMENTS);
    expect((await repository.list()).manifests).toHaveLength(2);
  });

  it('fails when the data of a table are cut off, and stores nothing of that file', async () => {
    const writer = await repository.begin({ uuid: v7(), startedAt: STARTED, jobId: null });
    const stream = Readable.from([Buffer.from('a row\n')]);
    await expect(writer.addFile('table_data', '1.dat', stream)).rejects.toThrow('does not end as it must');
    await writer.abort();
    expect(await readdir(join(directory, 'objects'))).toEqual([]);
  });

  it('fails with a sentence when the disk is full, and with the cause when the source breaks', async () => {
    const writer = await repository.begin({ uuid: v7(), startedAt: STARTED, jobId: null });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw full;
      })(),
    );
    await expect(writer.addFile('other', 'x.dat', breaking)).rejects.toMatchObject({
      code: 'run_failed',
      message: 'no space left on device while storing file x.dat in the repository',
    });
    await writer.abort();
    expect(await readdir(join(directory, 'tmp'))).toEqual(['lock']);
  });
});

describe('damage', () => {
  const damages: [string, (path: string) => Promise<void>][] = [
    ['is cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, -9))],
    ['is empty', (path) => writeFile(path, '')],
    [
      'has one bit turned',
      async (path) => {
        const bytes = await readFile(path);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
    ],
    ['is another object', async (path) => writeFile(path, await readFile(await objectOf(damagedUuid, 'toc.dat')))],
  ];
  let damagedUuid: string;

  it.each(damages)('of an object that %s is found by reading, and healed by the next dump', async (_name, damage) => {
    damagedUuid = await putDump(repository);
    await damage(await objectOf(damagedUuid, '1.dat'));
    const target = join(folder.path, 'out');
    await expect(repository.materialize(damagedUuid, target)).rejects.toThrow(
      /^object [0-9a-f]{64} of the repository is damaged/,
    );
    await expect(stat(target)).rejects.toThrow('ENOENT');
    await putDump(repository);
    await repository.materialize(damagedUuid, target);
    expect(await readFile(join(target, '1.dat'), 'utf8')).toBe(FILES['1.dat']?.[1]);
  });

  it('of a manifest hides no other dump, and is reported', async () => {
    const broken = await putDump(repository);
    const good = await putDump(repository, FILES, '11111111-1111-4111-8111-111111111111');
    const folderName = (await readdir(join(directory, 'dumps'))).find((name) => name.endsWith(broken.slice(-8))) ?? '';
    await writeFile(join(directory, 'dumps', folderName, 'manifest.json'), '{"format":1');
    const { manifests, unreadable } = await repository.list();
    expect(manifests.map((manifest) => manifest.uuid)).toEqual([good]);
    expect(unreadable).toEqual([
      { folder: folderName, reason: expect.stringContaining('its manifest cannot be understood') },
    ]);
  });

  it('of a document is found by its hash', async () => {
    const uuid = await putDump(repository);
    const [name = ''] = await readdir(join(directory, 'dumps'));
    const path = join(directory, 'dumps', name, 'files.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"rows": 1000', '"rows": 1001'));
    await expect(repository.files(uuid)).rejects.toThrow('files.json is not what was stored');
  });
});

describe('a folder', () => {
  it('that is not empty is not made a repository', async () => {
    await expect(createRepository(directory)).rejects.toThrow('is not empty');
  });

  it('without a repository is no repository', async () => {
    await expect(openRepository(folder.path)).rejects.toMatchObject({ code: 'configuration' });
    await expect(openRepository(join(folder.path, 'nowhere'))).rejects.toThrow('there is no repository in');
  });

  it('of a newer format is refused by a sentence that names both versions', async () => {
    const path = join(directory, 'repository.json');
    await writeFile(
      path,
      JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), format_version: 2, store: 'chunks' }),
    );
    await expect(openRepository(directory)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/has format version 2; this version of pgsnapman knows up to 1$/),
    });
  });

  it('whose description cannot be understood is left alone', async () => {
    await writeFile(join(directory, 'repository.json'), '{');
    await expect(openRepository(directory)).rejects.toThrow('is not the description of a repository');
  });
});

describe('a question', () => {
  it('about a dump that is not there is answered so', async () => {
    expect(await repository.manifest(v7())).toBeNull();
    await expect(repository.facts(v7())).rejects.toMatchObject({ code: 'not_found' });
  });
});
