import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { cacheFolder } from '../../../src/start/cache-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let home: string;
beforeEach(() => {
  home = temporaryFolder();
});

test('compiled code is kept below the home, in a folder that is made and closed to others', () => {
  const folder = cacheFolder({ HOME: home });
  expect(folder).toBe(join(home, '.cache', 'pgsnapman'));
  expect(statSync(folder ?? '').mode & 0o777).toBe(0o700);
  expect(cacheFolder({ HOME: home })).toBe(folder);
});

test('XDG_CACHE_HOME comes before the home', () => {
  expect(cacheFolder({ HOME: home, XDG_CACHE_HOME: join(home, 'xdg') })).toBe(join(home, 'xdg', 'pgsnapman'));
  expect(existsSync(join(home, '.cache'))).toBe(false);
});

test('without a home there is none', () => {
  expect(cacheFolder({})).toBeNull();
  expect(cacheFolder({ HOME: '' })).toBeNull();
});

test.each([0o720, 0o702, 0o777])('a folder that others may write to (%o) is not trusted', (mode) => {
  const folder = join(home, 'pgsnapman');
  mkdirSync(folder);
  chmodSync(folder, mode);
  expect(cacheFolder({ XDG_CACHE_HOME: home })).toBeNull();
});

test.runIf(process.getuid?.() === 0)('a folder of somebody else is not trusted, as when sudo keeps HOME', () => {
  mkdirSync(join(home, 'pgsnapman'), { mode: 0o700 });
  chownSync(join(home, 'pgsnapman'), 65534, 65534);
  expect(cacheFolder({ XDG_CACHE_HOME: home })).toBeNull();
});

test('a link or a file in its place is not trusted', () => {
  mkdirSync(join(home, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(home, 'elsewhere'), join(home, 'pgsnapman'));
  expect(cacheFolder({ XDG_CACHE_HOME: home })).toBeNull();
  writeFileSync(join(home, 'file'), '');
  expect(cacheFolder({ XDG_CACHE_HOME: join(home, 'file') })).toBeNull();
});
