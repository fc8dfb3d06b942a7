import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createRepository,
  openOrCreateRepository,
  openRepository,
} from '../../../../src/worker/repository/chunk-repository.ts';
import { DAMAGE } from '../../../support/damage-file.ts';
import { storeDump } from '../../../support/store-dump.ts';

const FILES = ['recover.sh', 'repository.json', 'repository.copy.json'];
const cases = FILES.flatMap((name) => Object.keys(DAMAGE).map((damage) => [name, damage] as const));
const DATA = { '1.dat': Buffer.from('1\tone\n\\.\n\n\n') };

let folder: string;
let directory: string;
let before: string[];
let id: string;

const contents = () => FILES.map((name) => readFileSync(join(directory, name), 'utf8'));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-files-'));
  directory = join(folder, 'repository');
  const repository = await createRepository(directory, { min_chunk: 1024, cut_bits: 11 });
  ({ id } = repository);
  before = contents();
  await repository.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the files at the top of a repository', () => {
  test('are whole when it is made, and stay as they are', async () => {
    const repository = await openRepository(directory);
    expect((await repository.check()).problems).toEqual([]);
    expect((await repository.repair()).rewrittenFiles).toEqual([]);
    await storeDump(repository, DATA);
    expect(contents()).toEqual(before);
    for (const name of FILES) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    await repository.close();
  });

  test.each(cases)('%s that is %s is named, hurts no dump, and repair puts it right', async (name, damage) => {
    DAMAGE[damage]?.(join(directory, name));
    const repository = await openOrCreateRepository(directory);
    expect(repository.id).toBe(id);
    const reason = damage === 'deleted' ? 'is missing' : 'is damaged';
    expect((await repository.check()).problems).toEqual([{ subject: name, reason, dumps: [] }]);
    expect((await repository.repair()).rewrittenFiles).toEqual([name]);
    expect(contents()).toEqual(before);
    await repository.close();
  });

  test.each(cases.filter(([, damage]) => damage === 'flipped' || damage === 'deleted'))(
    '%s that is %s is put right by the next dump',
    async (name, damage) => {
      DAMAGE[damage]?.(join(directory, name));
      const repository = await openRepository(directory);
      await storeDump(repository, DATA);
      expect((await repository.check({ readData: true })).problems).toEqual([]);
      expect(contents()).toEqual(before);
      await repository.close();
    },
  );

  test('the script of another version is whole, and the next dump brings ours', async () => {
    const repository = await openRepository(directory);
    const { createHash } = await import('node:crypto');
    const other = '#!/bin/sh\necho other\n';
    const hash = createHash('sha256').update(other).digest('hex');
    writeFileSync(join(directory, 'recover.sh'), `${other}# end ${hash}\n`);
    expect((await repository.check()).problems).toEqual([]);
    await storeDump(repository, DATA);
    expect(contents()).toEqual(before);
    await repository.close();
  });

  test('a description that was changed by hand is not believed, both lost refuse the repository', async () => {
    const path = join(directory, 'repository.json');
    writeFileSync(path, (before[1] as string).replace('"min_chunk": 1024', '"min_chunk": 2048'));
    const repository = await openRepository(directory);
    expect((await repository.check()).problems).toMatchObject([{ subject: 'repository.json' }]);
    await repository.close();
    truncateSync(join(directory, 'repository.copy.json'), 10);
    await expect(openRepository(directory)).rejects.toThrow('is not the description of a repository');
  });
});
