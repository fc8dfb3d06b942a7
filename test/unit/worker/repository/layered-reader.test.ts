import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import { LayeredReader } from '../../../../src/worker/repository/layered-reader.ts';
import type { DumpReader, Repository } from '../../../../src/worker/repository/repository.ts';
import { storeDump } from '../../../support/store-dump.ts';

const OWN = '0198c0de-0000-7000-8000-000000000001';
const OTHERS = '0198c0de-0000-7000-8000-000000000002';
const NOBODYS = '0198c0de-0000-7000-8000-000000000003';

let folder: string;
let own: Repository;
let dumps: DumpReader;
const mirror = () => join(folder, 'mirror');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-layers-'));
  own = await createRepository(join(folder, 'own'));
  const other = await createRepository(mirror());
  await storeDump(own, { 'toc.dat': Buffer.from('own') }, { uuid: OWN });
  await storeDump(other, { 'toc.dat': Buffer.from("another worker's") }, { uuid: OTHERS });
  await other.close();
  dumps = new LayeredReader(own, [join(folder, 'not there'), mirror()]);
});
afterEach(async () => {
  await dumps.close();
  await own.close();
  rmSync(folder, { recursive: true, force: true });
});

const tree = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => [name, statSync(join(path, name)).mtimeMs]);

test('dumps of the own repository and of mirrors are read alike, and nothing is written to a mirror', async () => {
  const before = tree(mirror());
  const out = join(folder, 'out');
  await dumps.materialize(OTHERS, out);
  expect(readFileSync(join(out, 'toc.dat'), 'utf8')).toBe("another worker's");
  expect((await dumps.files(OWN)).map(({ path }) => path)).toEqual(['toc.dat']);
  const { manifests, unreadable } = await dumps.list();
  expect(manifests.map(({ uuid }) => uuid).sort()).toEqual([OWN, OTHERS]);
  expect(unreadable).toEqual([
    { folder: join(folder, 'not there'), reason: expect.stringContaining('no repository'), damaged: false },
  ]);
  expect(tree(mirror())).toEqual(before);
});

test('a mirror that cannot be read is an error for a dump that may be there, and for no other', async () => {
  expect((await dumps.manifest(OWN))?.manifest.uuid).toBe(OWN);
  expect((await dumps.manifest(OTHERS))?.manifest.uuid).toBe(OTHERS);
  await expect(dumps.manifest(NOBODYS)).rejects.toThrow(
    new RegExp(`^dump ${NOBODYS} is not in this worker's repository, and mirror .*/not there cannot be read`),
  );
});

test('without such a mirror a dump that is nowhere is simply not there', async () => {
  const all = new LayeredReader(own, [mirror()]);
  expect(await all.manifest(NOBODYS)).toBeNull();
  expect(await all.state(NOBODYS)).toBeNull();
  await expect(all.facts(NOBODYS)).rejects.toThrow(`there is no dump ${NOBODYS}`);
  await all.close();
});

test('damage in a mirror is an error, and is not noted there', async () => {
  for (const name of readdirSync(join(mirror(), 'packs')))
    if (name.endsWith('.pack')) truncateSync(join(mirror(), 'packs', name), 10);
  await expect(dumps.materialize(OTHERS, join(folder, 'out'))).rejects.toThrow('cannot be used');
  expect(readdirSync(join(mirror(), 'damaged'))).toEqual([]);
});

test('a mirror that was not mounted when it was first asked for is found later', async () => {
  renameSync(mirror(), join(folder, 'away'));
  await expect(dumps.manifest(OTHERS)).rejects.toThrow('cannot be read');
  renameSync(join(folder, 'away'), mirror());
  expect((await dumps.manifest(OTHERS))?.manifest.uuid).toBe(OTHERS);
});
