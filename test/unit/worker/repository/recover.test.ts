import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepository } from '../../../../src/worker/repository/chunk-repository.ts';
import type { Repository } from '../../../../src/worker/repository/repository.ts';
import { SampleTable } from '../../../support/sample-tables.ts';
import { SMALL_STORE } from '../../../support/small-store.ts';
import { storeDump } from '../../../support/store-dump.ts';

const SMALL = { ...SMALL_STORE, max_depth: 6 };
/** All that the script may use. */
const COMMANDS = [
  ...['cat', 'cp', 'dd', 'dirname', 'mkdir', 'mktemp', 'nproc', 'printf', 'rm', 'sha256sum', 'sort', 'tr'],
  ...['sed', 'grep', 'awk', 'find', 'zstd', 'sh'],
];
/** The strictest shell that there is; the script's own sub-shells use it too. */
const SHELL = ['/bin/dash', '/usr/bin/dash', '/bin/sh'].find((path) => existsSync(path)) as string;

let folder: string;
let directory: string;
let repository: Repository;
const stored = new Map<string, Record<string, Buffer>>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgsnapman-recover-'));
  directory = join(folder, `a "hostile" $HOME \`name\`'s \\ place`);
  repository = await createRepository(directory, SMALL);
  const growing = new SampleTable(1);
  growing.append(3000);
  const small = new SampleTable(2);
  for (let day = 0; day < 9; day += 1) {
    const files: Record<string, Buffer> = {
      'toc.dat': randomBytes(3000),
      '1.dat': growing.bytes(),
      '2.dat': small.bytes(),
      'blob_9.dat': createHash('sha512')
        .update(`${day >> 2}`)
        .digest(),
      'blobs.toc': Buffer.alloc(0),
      // Nobody else needs these: when the dump goes, its packs are mostly garbage.
      'blob_10.dat': randomBytes(150_000),
      'blob_11.dat': randomBytes(150_000),
      '3.dat': Buffer.concat([growing.bytes().subarray(5000, 60_000), Buffer.from('\n\\.\n\n\n')]),
    };
    await storeDump(repository, files);
    stored.set(readdirSync(join(directory, 'dumps')).sort().at(-1) as string, files);
    growing.update(0.02);
    growing.append(80);
    small.append(1);
  }
  mkdirSync(join(folder, 'bin'));
  for (const command of COMMANDS) {
    const found = command === 'sh' ? SHELL : execFileSync('which', [command], { encoding: 'utf8' }).trim();
    symlinkSync(found, join(folder, 'bin', command));
  }
}, 60_000);

afterAll(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

function recover(args: string[], environment: Record<string, string> = {}): string {
  return execFileSync(SHELL, [join(directory, 'recover.sh'), ...args], {
    encoding: 'utf8',
    env: { PATH: join(folder, 'bin'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function expectRecovered(dump: string, environment?: Record<string, string>): void {
  const out = join(folder, 'out put');
  recover([dump, out], environment);
  const files = stored.get(dump) ?? {};
  expect(readdirSync(out).sort()).toEqual(Object.keys(files).sort());
  for (const [name, bytes] of Object.entries(files)) expect(readFileSync(join(out, name)).equals(bytes)).toBe(true);
  expect(readFileSync(`${out}.globals.sql`, 'utf8')).toBe('-- roles\n');
  rmSync(out, { recursive: true });
  rmSync(`${out}.globals.sql`);
}

describe('recover.sh with nothing but a shell, coreutils, sed, grep, awk, find and zstd', () => {
  test('lists the dumps', () => {
    const lines = recover(['list']).trim().split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual([...stored.keys()]);
    expect(lines[0]).toContain('database "sample\\n  \\"hostile\\": \\"name"');
  });

  test('rebuilds every dump byte for byte, bases several deep', { timeout: 120_000 }, () => {
    for (const dump of stored.keys()) expectRecovered(dump);
  });

  test('rebuilds with one process and with five', { timeout: 60_000 }, () => {
    const dump = [...stored.keys()].at(-1) as string;
    expectRecovered(dump, { RECOVER_JOBS: '1' });
    expectRecovered(dump, { RECOVER_JOBS: '5' });
  });

  test('rebuilds what is left after dumps were removed and packs were rewritten', { timeout: 120_000 }, async () => {
    const { manifests } = await repository.list();
    for (const { uuid } of manifests.slice(0, 6)) await repository.remove(uuid);
    for (const dump of [...stored.keys()].slice(0, 6)) stored.delete(dump);
    const report = await repository.prune();
    expect(report.movedBlocks).toBeGreaterThan(0);
    for (const dump of stored.keys()) expectRecovered(dump);
  });

  test('refuses an existing folder and a dump that is not there', () => {
    expect(() => recover([[...stored.keys()][0] as string, folder])).toThrow('exists already');
    expect(() => recover(['../dumps', join(folder, 'x')])).toThrow('not the name of a dump');
    expect(() => recover(['nothing', join(folder, 'x')])).toThrow('there is no dump nothing');
  });

  test('says so when a pack is damaged', () => {
    const packs = join(directory, 'packs');
    for (const name of readdirSync(packs)) if (name.endsWith('.pack')) truncateSync(join(packs, name), 100);
    expect(() => recover([[...stored.keys()].at(-1) as string, join(folder, 'damaged')])).toThrow();
  });
});
