import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTools, toolsFor } from '../../../../src/worker/tools/find-tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const PROGRAMS = ['pg_dump', 'pg_restore', 'psql', 'pg_dumpall'];

/** A folder with programs that say this version. */
function install(folder: string, version: string, programs = PROGRAMS): string {
  mkdirSync(folder, { recursive: true });
  for (const name of programs) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const found = async (...binDirectories: string[]) =>
  (await findTools({ binDirectories })).filter((set) => binDirectories.includes(set.directory));

describe('installed tools', () => {
  it('are found in configured folders, newest first, with absolute paths', async () => {
    const folder = temporaryFolder();
    const [old, young] = [install(join(folder, 'a'), '14.1'), install(join(folder, 'b'), '16.3')];
    const sets = await found(old, young);
    expect(sets.map((set) => set.version.text)).toEqual(['16.3', '14.1']);
    expect(sets[0]).toMatchObject({ directory: young, pgDump: join(young, 'pg_dump'), psql: join(young, 'psql') });
  });

  it('do not count when a program is missing, may not be run, or is no program of Postgres', async () => {
    const folder = temporaryFolder();
    const incomplete = install(join(folder, 'a'), '16.3', ['pg_dump', 'psql']);
    const forbidden = install(join(folder, 'b'), '16.3');
    chmodSync(join(forbidden, 'pg_restore'), 0o644);
    const silent = install(join(folder, 'c'), '16.3');
    writeFileSync(join(silent, 'pg_dump'), '#!/bin/sh\nexit 1\n');
    expect(await found(incomplete, forbidden, silent, join(folder, 'missing'))).toEqual([]);
  });

  it('count once, whatever links lead to them', async () => {
    const folder = temporaryFolder();
    const real = install(join(folder, 'a'), '16.3');
    symlinkSync(real, join(folder, 'link'));
    expect(await found(real, join(folder, 'link'))).toHaveLength(1);
  });

  it('are no wrapper that chooses a version by itself', async () => {
    const folder = temporaryFolder();
    const bin = install(join(folder, 'bin'), '16.3', ['pg_restore', 'psql', 'pg_dumpall', 'pg_wrapper']);
    symlinkSync(join(bin, 'pg_wrapper'), join(bin, 'pg_dump'));
    expect(await found(bin)).toEqual([]);
  });

  it('that do not fit a server are told with the version that is needed', () => {
    expect(() => toolsFor(160_003, [])).toThrow('needs version 16 or newer');
  });
});
