import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { removeDurably, writeDurably } from '../../../../src/worker/files/durable.ts';
import { BrokenFileError, readJson, writeJson } from '../../../../src/worker/files/json-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const schema = z.object({ name: z.string(), at: z.coerce.date() });

describe('writeDurably', () => {
  it('replaces a file in one step and leaves nothing else behind', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    await writeDurably(path, 'one');
    await writeDurably(path, 'two', {
      beforeRename: () => expect(readFileSync(path, 'utf8')).toBe('one'),
    });
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps the old content when it cannot finish', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    await writeDurably(path, 'one');
    const failing = writeDurably(path, 'two', {
      beforeRename: () => {
        throw new Error('no');
      },
    });
    await expect(failing).rejects.toThrow('no');
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('removeDurably', () => {
  it('removes, and is content with a file that is gone', async () => {
    const path = join(temporaryFolder(), 'a');
    await writeDurably(path, 'one');
    await removeDurably(path);
    await removeDurably(path);
    expect(() => statSync(path)).toThrow();
  });
});

describe('readJson', () => {
  it('reads what writeJson wrote, with types', async () => {
    const path = join(temporaryFolder(), 'a.json');
    const value = { name: 'ä "x"\n', at: new Date('2026-01-02T03:04:05.678Z') };
    await writeJson(path, value);
    expect(await readJson(path, schema)).toEqual(value);
  });

  it('gives undefined for a file that is not there', async () => {
    expect(await readJson(join(temporaryFolder(), 'a.json'), schema)).toBeUndefined();
  });

  it.each([
    ['half a file', '{"name": "x", "at'],
    ['an empty file', ''],
    ['something else', '{"name": 5, "at": "2026-01-01"}'],
    ['a missing field', '{"name": "x"}'],
  ])('refuses %s', async (_, text) => {
    const path = join(temporaryFolder(), 'a.json');
    writeFileSync(path, text);
    await expect(readJson(path, schema)).rejects.toBeInstanceOf(BrokenFileError);
  });
});
