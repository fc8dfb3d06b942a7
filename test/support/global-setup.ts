import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers } from './leftovers.ts';

/** What ends by itself, such as a server whose test was killed, gets this long. */
const PATIENCE_MS = 15_000;

/**
 * Gives the whole run a temporary folder of its own (`os.tmpdir()` in every test and every child), and fails the run if
 * a test leaves a file in it or a process that works in it.
 */
export default function setup(): (() => Promise<void>) | undefined {
  if (process.env.TEST_RUN_DIRECTORY !== undefined) return undefined; // this is a test that runs tests
  const usual = tmpdir();
  const directory = mkdtempSync(join(usual, 'pgsm-run-'));
  chmodSync(directory, 0o1777); // servers and ordinary users work in it, too
  process.env.TEST_RUN_DIRECTORY = directory;
  process.env.TMPDIR = directory;
  return async () => {
    process.env.TMPDIR = usual;
    delete process.env.TEST_RUN_DIRECTORY;
    const left = await waitUntilClean(directory);
    rmSync(directory, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`the tests left behind:\n${left.join('\n')}`);
  };
}

async function waitUntilClean(directory: string): Promise<string[]> {
  const until = Date.now() + PATIENCE_MS;
  let left = leftovers(directory);
  while (left.length > 0 && Date.now() < until) {
    await sleep(200);
    left = leftovers(directory);
  }
  return left;
}
