import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { machineId } from '../../../../src/worker/root/machine-id.ts';
import { initRoot, openRoot } from '../../../../src/worker/root/root-directory.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const isRoot = process.getuid?.() === 0;
const refusal = (text: string) => ({ code: 'configuration', message: expect.stringContaining(text) });

afterEach(() => {
  delete process.env.PGSNAPMAN_MACHINE_ID;
});

describe('initRoot', () => {
  it('makes a private folder with everything in it, and changes nothing the second time', async () => {
    const path = join(temporaryFolder(), 'a', 'root');
    const root = await initRoot(path, 'w1');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const folder of [root.cache, root.queue, root.spool, root.state, root.staging, root.run, root.log]) {
      expect(statSync(folder).mode & 0o777, folder).toBe(0o700);
    }
    expect(statSync(join(path, 'worker.json')).mode & 0o777).toBe(0o600);
    const before = readFileSync(join(path, 'worker.json'), 'utf8');
    expect((await initRoot(path)).identity).toEqual(root.identity);
    expect(readFileSync(join(path, 'worker.json'), 'utf8')).toBe(before);
    expect((await openRoot(path, 'w1')).identity).toEqual(root.identity);
  });

  it('takes an empty folder that mkdir made, and closes it', async () => {
    const path = join(temporaryFolder(), 'root');
    mkdirSync(path, { mode: 0o755 });
    await initRoot(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that holds other things', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'photo.jpg'), '');
    await expect(initRoot(path)).rejects.toMatchObject(refusal('photo.jpg'));
  });

  it('refuses a relative path, a file and a symbolic link', async () => {
    const folder = temporaryFolder();
    await expect(initRoot('some/where')).rejects.toMatchObject(refusal('absolute'));
    writeFileSync(join(folder, 'file'), '');
    await expect(initRoot(join(folder, 'file'))).rejects.toMatchObject(refusal('not a folder'));
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await expect(initRoot(join(folder, 'link'))).rejects.toMatchObject(refusal('symbolic link'));
  });

  it('refuses another worker’s root directory', async () => {
    const path = join(temporaryFolder(), 'root');
    await initRoot(path, 'w1');
    await expect(initRoot(path, 'w2')).rejects.toMatchObject(refusal('belongs to worker w1'));
    await expect(openRoot(path, 'w2')).rejects.toMatchObject(refusal('belongs to worker w1'));
  });
});

describe('openRoot', () => {
  it('says what to do when there is none', async () => {
    const path = join(temporaryFolder(), 'root');
    await expect(openRoot(path)).rejects.toMatchObject({
      ...refusal('does not exist'),
      hint: expect.stringContaining('worker init'),
    });
    mkdirSync(path, { mode: 0o700 });
    await expect(openRoot(path)).rejects.toMatchObject({
      ...refusal('no worker'),
      hint: expect.stringContaining('worker init'),
    });
  });

  it('refuses a folder that others can look into', async () => {
    const path = join(temporaryFolder(), 'root');
    await initRoot(path);
    for (const mode of [0o750, 0o701, 0o711, 0o777]) {
      chmodSync(path, mode);
      await expect(openRoot(path), mode.toString(8)).rejects.toMatchObject(refusal('open to others'));
    }
  });

  it.runIf(isRoot)('lets the server of an embedded catalog of root pass through', async () => {
    const path = join(temporaryFolder(), 'root');
    await initRoot(path);
    mkdirSync(join(path, 'catalog'));
    chmodSync(path, 0o711);
    await openRoot(path);
    expect((await initRoot(path)).path).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o711);
  });

  it.runIf(isRoot)('refuses somebody else’s folder', async () => {
    const path = join(temporaryFolder(), 'root');
    await initRoot(path);
    chownSync(path, 65534, 65534);
    await expect(openRoot(path)).rejects.toMatchObject(refusal('belongs to another account'));
    await expect(initRoot(path)).rejects.toMatchObject(refusal('belongs to another account'));
  });

  it('refuses a folder inside that leads elsewhere', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'root');
    await initRoot(path);
    rmSync(join(path, 'spool'), { recursive: true });
    symlinkSync(folder, join(path, 'spool'));
    await expect(openRoot(path)).rejects.toMatchObject(refusal('spool'));
  });

  it('refuses a copy on the same machine, and a folder that was moved until init is run', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'root');
    await initRoot(path, 'w1');
    cpSync(path, join(folder, 'copy'), { recursive: true });
    chmodSync(join(folder, 'copy'), 0o700);
    await expect(openRoot(join(folder, 'copy'))).rejects.toMatchObject(refusal('is a copy of'));
    await expect(initRoot(join(folder, 'copy'))).rejects.toMatchObject(refusal('is a copy of'));
    renameSync(path, join(folder, 'moved'));
    await expect(openRoot(join(folder, 'moved'))).rejects.toMatchObject(refusal('was moved here'));
    await initRoot(join(folder, 'moved'));
    expect((await openRoot(join(folder, 'moved'))).identity.worker_name).toBe('w1');
  });

  it('refuses a folder of another machine until its identity is given up by hand', async () => {
    const path = join(temporaryFolder(), 'root');
    process.env.PGSNAPMAN_MACHINE_ID = 'one';
    const { identity } = await initRoot(path, 'w1');
    process.env.PGSNAPMAN_MACHINE_ID = 'two';
    await expect(openRoot(path)).rejects.toMatchObject({
      ...refusal('another machine'),
      hint: expect.stringContaining('machine_id'),
    });
    await expect(initRoot(path)).rejects.toMatchObject(refusal('another machine'));
    const file = join(path, 'worker.json');
    const { machine_id: _, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(rest));
    await expect(openRoot(path)).rejects.toMatchObject(refusal('was moved here'));
    await initRoot(path);
    expect((await openRoot(path)).identity.root_id).toBe(identity.root_id);
  });
});

describe('machineId', () => {
  it('is the same every time, tells machines apart, and does not give the original away', () => {
    expect(machineId({})).toBe(machineId({}));
    expect(machineId({})).toMatch(/^[0-9a-f]{32}$/);
    expect(machineId({ PGSNAPMAN_MACHINE_ID: 'a' })).not.toBe(machineId({ PGSNAPMAN_MACHINE_ID: 'b' }));
    expect(machineId({ PGSNAPMAN_MACHINE_ID: 'a' })).not.toContain('a'.repeat(3));
  });
});
