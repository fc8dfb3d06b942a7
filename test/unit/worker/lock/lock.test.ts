import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tryLock, waitForLock, withLock } from '../../../../src/worker/lock/lock.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const MODULE = fileURLToPath(new URL('../../../../src/worker/lock/lock.ts', import.meta.url));

/** A process that takes the lock, says whether it got it, and then stays. */
async function startHolder(path: string): Promise<{ child: ChildProcess; answer: string; warnings: string }> {
  const code = `import { tryLock } from ${JSON.stringify(MODULE)};
    globalThis.lock = tryLock(${JSON.stringify(path)});
    process.stdout.write(globalThis.lock === null ? 'busy' : 'locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let warnings = '';
  child.stderr?.on('data', (text) => {
    warnings += text;
  });
  const [answer] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return { child, answer: String(answer), warnings };
}

describe('tryLock', () => {
  it('gives the lock to one holder at a time, also within a process', () => {
    const path = join(temporaryFolder(), 'a.lock');
    const lock = tryLock(path);
    expect(lock).not.toBeNull();
    expect(tryLock(path)).toBeNull();
    lock?.release();
    lock?.release();
    const again = tryLock(path);
    expect(again).not.toBeNull();
    again?.release();
  });

  it('makes a file that only its owner can read', () => {
    const path = join(temporaryFolder(), 'a.lock');
    tryLock(path)?.release();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('refuses another process, and is free as soon as its holder is killed', async () => {
    const path = join(temporaryFolder(), 'a.lock');
    const holder = await startHolder(path);
    expect(holder.answer).toBe('locked');
    expect(tryLock(path)).toBeNull();
    expect((await startHolder(path)).answer).toBe('busy');
    holder.child.kill('SIGKILL');
    await once(holder.child, 'exit');
    const lock = tryLock(path);
    expect(lock).not.toBeNull();
    lock?.release();
  });

  it('does not lose a lock because somebody else tried', () => {
    const path = join(temporaryFolder(), 'a.lock');
    const lock = tryLock(path);
    for (let i = 0; i < 5; i++) expect(tryLock(path)).toBeNull();
    lock?.release();
  });

  it('says nothing on standard error, also where SQLite is experimental', async () => {
    const holder = await startHolder(join(temporaryFolder(), 'a.lock'));
    holder.child.kill('SIGKILL');
    await once(holder.child, 'close');
    expect(holder.warnings).toBe('');
  });
});

describe('waitForLock', () => {
  it('gets the lock when it is released', async () => {
    const path = join(temporaryFolder(), 'a.lock');
    const first = tryLock(path);
    setTimeout(() => first?.release(), 100);
    const second = await waitForLock(path, 10_000);
    expect(tryLock(path)).toBeNull();
    second.release();
  });

  it('gives up with the code busy', async () => {
    const path = join(temporaryFolder(), 'a.lock');
    const lock = tryLock(path);
    await expect(waitForLock(path, 50)).rejects.toMatchObject({ code: 'busy' });
    lock?.release();
  });

  it('lets everybody have a turn, one after the other', async () => {
    const path = join(temporaryFolder(), 'a.lock');
    let inside = 0;
    let most = 0;
    const turn = (): Promise<void> =>
      withLock(path, 30_000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside--;
      });
    await Promise.all(Array.from({ length: 8 }, turn));
    expect(most).toBe(1);
  });

  it('frees the lock also when the work fails', async () => {
    const path = join(temporaryFolder(), 'a.lock');
    await expect(withLock(path, 100, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const lock = tryLock(path);
    expect(lock).not.toBeNull();
    lock?.release();
  });
});
