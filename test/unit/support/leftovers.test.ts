import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftovers } from '../../support/leftovers.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgsnapman-leftovers-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('an empty folder in which nobody works has no leftovers', () => {
  expect(leftovers(directory)).toEqual([]);
});

test('a file is a leftover', () => {
  writeFileSync(join(directory, 'x'), '');
  expect(leftovers(directory)).toEqual([`file ${join(directory, 'x')}`]);
});

test.runIf(process.platform === 'linux')('a process that works there is a leftover until it ends', async () => {
  const child = spawn('sleep', ['1000'], { cwd: directory, stdio: 'ignore' });
  await once(child, 'spawn');
  expect(leftovers(directory)).toEqual([expect.stringMatching(new RegExp(`^process ${child.pid} `))]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(leftovers(directory)).toEqual([]);
});
